/**
 * Asks the browser not to clear what is stored when it runs short of space.
 *
 * @module
 */

/** Rejects where nobody can be asked: in workers of some browsers, and without a secure context. */
export async function requestPersistence() {
  const { storage } = navigator;
  if (!(await storage.persisted())) await storage.persist();
}
