/**
 * Asks the browser not to clear what is stored when it runs short of space.
 *
 * @module
 */

let asked = false;

/**
 * Once for each page, when there is something that would be missed: some browsers ask the person
 * in front, who knows by then what it is about. Nothing waits for the answer, and nothing needs it.
 */
export async function requestPersistence() {
  if (asked) return;
  asked = true;
  try {
    const { storage } = navigator;
    if (!(await storage.persisted())) await storage.persist();
  } catch {
    // Workers of some browsers, and pages without a secure context, cannot ask.
  }
}
