//! The wasm as a module of JavaScript: the one form that every bundler passes on untouched.
//!
//! It is compressed before it is text. A server that compresses the text once more gains nothing,
//! and one that does not compress sends less than half.

use std::fs;
use std::io::Read;

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;

use crate::workspace;

/// `export const wasm`: base64 of gzip of the module.
pub(crate) fn script(module: &[u8]) -> Result<String> {
    let text = BASE64_STANDARD.encode(compressed(module)?);
    Ok(format!("export const wasm = \"{text}\";\n"))
}

/// Reuses what the last run made of the same module.
fn compressed(module: &[u8]) -> Result<Vec<u8>> {
    let path = workspace::staging().join("rangeload.wasm.gz");
    if let Ok(last) = fs::read(&path)
        && decompressed(&last).is_ok_and(|last| last == module)
    {
        return Ok(last);
    }
    let compressed = compress(module)?;
    fs::write(&path, &compressed)?;
    Ok(compressed)
}

/// The best that gzip's format can do: it is paid once and saves at every load.
fn compress(module: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    zopfli::compress(
        zopfli::Options::default(),
        zopfli::Format::Gzip,
        module,
        &mut compressed,
    )?;
    Ok(compressed)
}

fn decompressed(compressed: &[u8]) -> Result<Vec<u8>> {
    let mut module = Vec::new();
    GzDecoder::new(compressed).read_to_end(&mut module)?;
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_is_the_module_again_when_decompressed() {
        let module: Vec<u8> = (0..4096_u32).flat_map(u32::to_le_bytes).collect();
        let compressed = compress(&module).unwrap();
        assert!(compressed.len() < module.len());
        assert_eq!(decompressed(&compressed).unwrap(), module);
    }
}
