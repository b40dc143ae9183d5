//! What the package weighs, file by file: as it is and as a server would send it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) fn table(files: &BTreeMap<String, Vec<u8>>) -> Result<String> {
    let width = files.keys().map(String::len).max().unwrap_or_default();
    let mut table = format!("{:width$} {:>9} {:>9}\n", "", "bytes", "gzip");
    let mut total = (0, 0);
    for (name, contents) in files {
        let (raw, zipped) = (contents.len(), gzipped(contents)?);
        writeln!(table, "{name:width$} {raw:>9} {zipped:>9}")?;
        total = (total.0 + raw, total.1 + zipped);
    }
    writeln!(table, "{:width$} {:>9} {:>9}", "total", total.0, total.1)?;
    Ok(table)
}

fn gzipped(contents: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(contents)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_and_the_total_have_a_line() {
        let files = BTreeMap::from([
            ("a.js".to_owned(), vec![b'a'; 1000]),
            ("b.js".to_owned(), vec![b'b'; 500]),
        ]);
        let table = table(&files).unwrap();
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[3].starts_with("total") && lines[3].contains("1500"));
    }
}
