/** Replaces `semver`, with which jsonwebtoken checks that Node is at least 16.9. */
export const satisfies = () => true
