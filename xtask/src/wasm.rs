//! From Rust to the module and the glue that a browser runs.
//! An optimised module takes the place of the last one only when every step has succeeded.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::install::WASM;
use crate::names::ShortNames;
use crate::process::{cargo, npm_program, run};
use crate::{panics, workspace};

/// What rustc emits for this target. A module that declares more is refused by some browsers.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Small before fast: the bytes of a download do not pass through the module.
/// Flat code is rebuilt without the detours of state machines, and the second round shortens what the
/// first has left. Long functions have many locals, and functions of one kind much in common:
/// compression makes more of short ones that stand by their names.
const PASSES: [&str; 8] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--one-caller-inline-max-function-size=30",
    "--reorder-functions-by-name",
    "--strip-producers",
    "--strip-target-features",
];

/// SHA-2 as loops: smaller, and SHA-256 at about 70 % of the unrolled form's speed, which no network needs.
const COMPACT_SHA2: &str = "--cfg=sha2_backend_soft=\"compact\"";

/// What wasm-bindgen makes of the compiled crate: the glue, its types and the module as yet unoptimised.
pub(crate) fn bindings() -> PathBuf {
    workspace::staging().join("bindgen")
}

/// The module as it is shipped.
pub(crate) fn optimised() -> PathBuf {
    workspace::staging().join("rangeload.wasm")
}

pub(crate) fn compile() -> Result<()> {
    run(cargo()
        .args(["build", "--release", "--lib", "--package", "rangeload"])
        .args(["--target", WASM])
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags()?))
}

pub(crate) fn bind() -> Result<()> {
    let module = workspace::target()
        .join(WASM)
        .join("release/rangeload.wasm");
    let mut bound = Bindgen::new()
        .input_path(&module)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .generate_output()
        .context("wasm-bindgen refused the module")?;
    panics::silence(bound.wasm_mut());
    let names = ShortNames::give(bound.wasm_mut());
    bound.emit(bindings())?;
    let glue = bindings().join("rangeload.js");
    fs::write(&glue, names.say(&fs::read_to_string(&glue)?))?;
    // js/ imports the module as text, and is type checked before there is any.
    let types = "export declare const wasm: string;\n";
    fs::write(bindings().join("wasm.d.ts"), types)?;
    Ok(())
}

/// Does nothing when the last run had the same input, tools and options.
pub(crate) fn optimise() -> Result<()> {
    let input = bindings().join("rangeload_bg.wasm");
    let record = workspace::staging().join("wasm-opt.input");
    let key = optimiser_key(&input)?;
    if optimised().is_file() && fs::read(&record).is_ok_and(|last| last == key) {
        return Ok(());
    }
    let output = optimised().with_extension("wasm.new");
    run(npm_program("wasm-opt")
        .arg(&input)
        .arg("-o")
        .arg(&output)
        .args(PASSES)
        .args(FEATURES))?;
    fs::rename(&output, optimised())?;
    fs::write(&record, key)?;
    Ok(())
}

/// All that decides the optimiser's output.
fn optimiser_key(input: &Path) -> Result<Vec<u8>> {
    let mut key = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    key.extend(fs::read(workspace::root().join("package-lock.json"))?);
    key.extend(PASSES.iter().chain(&FEATURES).flat_map(|flag| flag.bytes()));
    Ok(key)
}

/// Small SHA-2, and no directories of whoever built the package: places in the source are named in the module.
fn rust_flags() -> Result<OsString> {
    let registries = cargo_home()?.join("registry/src");
    let mut prefixes = vec![workspace::root().to_path_buf()];
    if registries.is_dir() {
        for registry in fs::read_dir(&registries)? {
            prefixes.push(registry?.path());
        }
        prefixes.sort();
    }
    let mut flags = OsString::from(COMPACT_SHA2);
    for prefix in prefixes {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(prefix);
        flags.push("=");
    }
    Ok(flags)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = env::home_dir().context("there is no home directory to look for crates in")?;
    Ok(home.join(".cargo"))
}
