// The package as npm would deliver it: what is in it, and that a project can use it.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";

import { Project } from "./project.js";

/** @type {Project} */
let project;
before(() => {
  project = new Project();
});
after(() => project?.remove());

const root = join(import.meta.dirname, "../..");
const files = (directory = project.installed) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
const manifest = () => JSON.parse(readFileSync(join(project.installed, "package.json"), "utf8"));

test("the tarball holds the facade, the engine, types, licences and nothing else", () => {
  const licences = ["LICENSE-APACHE", "LICENSE-MIT"];
  const pages = ["CHANGELOG.md", "COMPARISON.md", "README.md", "RECIPES.md", "REFERENCE.md", "SERVER.md"];
  const fixed = [...licences, ...pages, "package.json"];
  const facade = ["element.js", "index.js", "page.js", "rangeload-worker.js"];
  const late = ["abort.js", "diagnose.js", "fetch.js", "in-page.js", "metalink.js", "persistence.js", "save.js", "suspension.js"];
  const engine = ["engine.js", "rangeload.wasm", "wasm.js"];
  const types = files().filter((name) => name.endsWith(".d.ts"));
  assert.deepEqual(files(), [...fixed, ...facade, ...late, ...engine, ...types].sort());
  const sources = readdirSync(join(root, "js"));
  for (const type of types) {
    assert.ok(sources.includes(type.replace(".d.ts", ".js")), `${type} describes a module of the facade`);
  }
});

test("no file names a directory of the machine it was built on, or where its crates came from", () => {
  const places = [root, homedir(), "/.cargo/", "/registry/src/"];
  // Cargo calls a registry's directory by its host and a hash.
  const registry = /index\.[a-z.]+-[0-9a-f]{16}/;
  for (const name of files()) {
    const contents = readFileSync(join(project.installed, name), "latin1");
    assert.doesNotMatch(contents, registry, `${name} names a registry`);
    for (const place of places) {
      assert.ok(!contents.includes(place), `${name} names ${place}`);
    }
  }
});

test("no lock file names the place its packages came from", () => {
  const projects = join(root, "tests/packaging/projects");
  const names = readdirSync(projects, { recursive: true, encoding: "utf8" });
  const locks = names.filter((name) => name.endsWith("package-lock.json")).map((name) => join(projects, name));
  for (const lock of [join(root, "package-lock.json"), ...locks]) {
    assert.doesNotMatch(readFileSync(lock, "utf8"), /"resolved"/, lock);
  }
});

test("it has no dependencies and runs no script when it is installed", () => {
  const { dependencies, peerDependencies, optionalDependencies, scripts } = manifest();
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies, scripts], Array(4).fill(undefined));
});

test("the inlined module is the module that is shipped beside it", async () => {
  const { wasm } = await import(join(project.installed, "wasm.js"));
  const inlined = gunzipSync(Buffer.from(wasm, "base64"));
  assert.ok(inlined.equals(readFileSync(join(project.installed, "rangeload.wasm"))));
});

test("the module is valid wasm", () => {
  assert.ok(WebAssembly.validate(readFileSync(join(project.installed, "rangeload.wasm"))));
});

test("a bundler finds the worker and the engine by the expressions it knows", () => {
  const page = readFileSync(join(project.installed, "page.js"), "utf8");
  assert.match(page, /new Worker\(new URL\("\.\/rangeload-worker\.js",import\.meta\.url\),\{type:"module"\}\)/);
  assert.match(page, /import\("\.\/in-page\.js"\)/);
  assert.match(readFileSync(join(project.installed, "in-page.js"), "utf8"), /from"\.\/engine\.js"/);
});

test("scripts are shipped without comments, and types with them", () => {
  for (const name of files().filter((name) => name.endsWith(".js"))) {
    assert.doesNotMatch(readFileSync(join(project.installed, name), "utf8"), /\/\*|\n./, name);
  }
  assert.match(readFileSync(join(project.installed, "index.d.ts"), "utf8"), /@param \{string \| URL\} url/);
});

test("every entry of the manifest leads to a file", () => {
  const resolve = "console.log(process.argv.slice(1).map((name) => import.meta.resolve(name)).join())";
  const names = Object.keys(manifest().exports).map((entry) => entry.replace(".", "rangeload"));
  const found = project.run("node", ["--input-type=module", "--eval", resolve, ...names]);
  for (const url of found.trim().split(",")) {
    assert.ok(readFileSync(new URL(url)).length > 0, url);
  }
});

test("a private module cannot be imported", () => {
  const source = 'await import("rangeload/engine.js").then(() => process.exit(1), (e) => console.log(e.code))';
  const code = project.run("node", ["--input-type=module", "--eval", source]).trim();
  assert.equal(code, "ERR_PACKAGE_PATH_NOT_EXPORTED");
});

test("importing it on a server does nothing and throws nothing", () => {
  const source = 'import { download } from "rangeload"; console.log(typeof download);';
  assert.equal(project.run("node", ["--input-type=module", "--eval", source]), "function\n");
});

test("a browser that cannot decompress the engine is told what it lacks", () => {
  const source = `
    delete globalThis.DecompressionStream;
    globalThis.self = { postMessage: ({ code, message }) => console.log(code, message) };
    await import(${JSON.stringify(join(project.installed, "rangeload-worker.js"))});
    self.onmessage({ data: { type: "load" } });`;
  const said = project.run("node", ["--input-type=module", "--eval", source]);
  assert.match(said, /^blocked .*DecompressionStream/);
});

for (const resolution of ["nodenext", "bundler"]) {
  test(`a strict TypeScript project finds the types by the resolution ${resolution}`, () => {
    project.write(
      "use.ts",
      `import { configure, download, downloads, DownloadError, type Download, type PlainError } from "rangeload";
       const task: Download = download("https://example.org/a.iso", { connections: 6 });
       task.finished.then((blob: Blob) => blob.size, (error: DownloadError) => error.code);
       const all: Promise<Download[]> = downloads();
       const target: EventTarget = task;
       task.addEventListener("statechange", async () => {
         const failed: DownloadError | PlainError | undefined = task.error ?? task.waiting?.error ?? undefined;
         const status: number | undefined = failed?.detail?.status;
         const size: number | null | undefined = failed?.detail?.remote?.size;
         return [status, size];
       });
       // @ts-expect-error: there is no such event
       task.addEventListener("statechanged", () => {});
       class TrustedScriptURL { private brand = true; }
       declare global { interface Window { TrustedScriptURL: typeof TrustedScriptURL } }
       configure({ worker: new TrustedScriptURL() });
       // @ts-expect-error: an address is more than that
       configure({ worker: true });
       // @ts-expect-error: an address is needed
       download();
       export { all, target, task };`,
    );
    const compilerOptions = {
      ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, types: [], target: "es2022" },
      ...{ moduleResolution: resolution, module: resolution === "bundler" ? "esnext" : "nodenext" },
    };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    project.compile();
  });
}

test("the samples of the documentation compile in a strict TypeScript project", () => {
  // What a sample uses and does not declare, as its page says, is its reader's.
  const readers = `
    declare const show: (...what: unknown[]) => void, complain: (error: unknown) => void;
    declare const report: typeof show, ask: typeof show, tell: typeof show, parse: (bytes: Uint8Array) => void;
    declare const pauseButton: HTMLButtonElement, resumeButton: HTMLButtonElement, removeButton: HTMLButtonElement;
    declare const clearButton: HTMLButtonElement, keepButton: HTMLButtonElement, signOutButton: HTMLButtonElement;
    declare const saveButton: HTMLButtonElement;
    declare const urls: string[], presign: (name: string) => Promise<string>;
    interface Window {
      TrustedScriptURL: { prototype: { mark: true } };
      trustedTypes?: {
        createPolicy(name: string, rules: { createScriptURL(url: string): string }): {
          createScriptURL(url: string): { mark: true };
        };
      };
    }
    declare module "*url" { const address: string; export default address; }`;
  project.write("readers.d.ts", readers);
  const pages = ["README.md", "RECIPES.md"].map((name) => readFileSync(join(project.installed, name), "utf8"));
  const samples = pages.flatMap((page) => [...page.matchAll(/^```js\n(.*?)^```/gms)]).map(([, code]) => code);
  // Those of other packages need these to be installed, and a service worker has types of its own.
  const own = samples.filter((code) => !/from "(?!\/?rangeload)|import "\.|^self\./m.test(code));
  assert.ok(own.length > 15, `there are ${own.length} samples`);
  const names = own.map((code, at) => {
    const name = `sample-${at}.ts`;
    project.write(name, `${code.replace('"/rangeload/index.js"', '"rangeload"')}\nexport {};`);
    return name;
  });
  const compilerOptions = {
    ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, types: [] },
    ...{ target: "es2022", module: "esnext", moduleResolution: "bundler" },
  };
  project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["readers.d.ts", ...names] }));
  project.compile();
});
