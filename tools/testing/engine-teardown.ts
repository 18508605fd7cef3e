const teardown = async (): Promise<void> => {
  await globalThis.ownEngine?.child.stop()
}

export default teardown
