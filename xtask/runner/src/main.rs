//! Runs one wasm test binary in the browser whose driver the environment names.
//! Cargo calls it as the runner of the wasm target; every decision is wasm-bindgen's own.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
