/** Stands for `semver`, of which jsonwebtoken asks whether Node is at least 16.9. */
export const satisfies = () => true
