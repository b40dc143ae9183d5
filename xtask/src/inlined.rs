//! The wasm as a module of JavaScript: the one form that every bundler passes on untouched.
//!
//! It is compressed before it is text. A server that compresses the text once more gains nothing,
//! and one that does not compress sends less than half.

use std::io::Write;

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lzma_rust2::{LzmaOptions, LzmaWriter};

/// `export const wasm`: base64 of LZMA of the module.
pub(crate) fn script(module: &[u8]) -> Result<String> {
    let text = BASE64_STANDARD.encode(compress(module)?);
    Ok(format!("export const wasm = \"{text}\";\n"))
}

/// In the format `.lzma`, of which js/lzma.js knows only this form.
fn compress(module: &[u8]) -> Result<Vec<u8>> {
    let options = LzmaOptions {
        lc: 3,
        lp: 0,
        pb: 0,
        nice_len: LzmaOptions::NICE_LEN_MAX,
        ..LzmaOptions::with_preset(9)
    };
    let size = module.len() as u64;
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, Some(size))?;
    writer.write_all(module)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use lzma_rust2::LzmaReader;

    use super::*;

    #[test]
    fn what_is_compressed_is_the_module_again_when_decompressed() {
        let module: Vec<u8> = (0..4096_u32).flat_map(u32::to_le_bytes).collect();
        let compressed = compress(&module).unwrap();
        assert!(compressed.len() < module.len());
        let mut reader = LzmaReader::new_mem_limit(compressed.as_slice(), u32::MAX, None).unwrap();
        let mut again = Vec::new();
        reader.read_to_end(&mut again).unwrap();
        assert_eq!(again, module);
    }
}
