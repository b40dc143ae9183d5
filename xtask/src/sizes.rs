//! What the package weighs: each file, and what a page loads of it, as it is and as a server would send it.
//! The limits stand here; what a page loads never grows unnoticed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::modules::{Reach, loaded};

type Files = BTreeMap<String, Vec<u8>>;

/// In bytes after gzip. A limit above its goal is today's size and a small margin: who raises it
/// says what for.
const LIMITS: [Limit; 2] = [
    Limit {
        load: "before the first download()",
        entry: "index.js",
        reach: Reach::Static,
        limit: 6_000,
        goal: 6_000,
    },
    Limit {
        load: "everything a page loads",
        entry: "index.js",
        reach: Reach::Everything,
        limit: 142_000,
        goal: 45_000,
    },
];

struct Limit {
    load: &'static str,
    entry: &'static str,
    reach: Reach,
    limit: usize,
    goal: usize,
}

impl Limit {
    fn measure(&self, files: &Files) -> Result<Size> {
        let mut size = Size::default();
        for contents in loaded(files, self.entry, self.reach)?.values() {
            size.add(Size::of(contents)?);
        }
        Ok(size)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Size {
    raw: usize,
    /// Of each file by itself: a server compresses them one by one.
    zipped: usize,
}

impl Size {
    fn of(contents: &[u8]) -> Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(contents)?;
        Ok(Self {
            raw: contents.len(),
            zipped: encoder.finish()?.len(),
        })
    }

    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.zipped += other.zipped;
    }
}

/// A line for each file, and one for each limit.
pub(crate) fn table(files: &Files) -> Result<String> {
    let names = files.keys().map(String::len);
    let loads = LIMITS.iter().map(|limit| limit.load.len());
    let width = names.chain(loads).max().unwrap_or_default();
    let mut table = format!("{:width$} {:>9} {:>9}\n", "", "bytes", "gzip");
    for (name, contents) in files {
        let Size { raw, zipped } = Size::of(contents)?;
        writeln!(table, "{name:width$} {raw:>9} {zipped:>9}")?;
    }
    writeln!(
        table,
        "\n{:width$} {:>9} {:>9} {:>9} {:>9}",
        "", "bytes", "gzip", "limit", "goal"
    )?;
    for limit in &LIMITS {
        let Size { raw, zipped } = limit.measure(files)?;
        writeln!(
            table,
            "{:width$} {raw:>9} {zipped:>9} {:>9} {:>9}",
            limit.load, limit.limit, limit.goal
        )?;
    }
    Ok(table)
}

/// Fails when a page would load more than it may.
pub(crate) fn guard(files: &Files) -> Result<()> {
    for limit in &LIMITS {
        let Size { zipped, .. } = limit.measure(files)?;
        if zipped > limit.limit {
            bail!(
                "{}: {zipped} bytes after gzip, and {} are allowed",
                limit.load,
                limit.limit
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A facade and an engine of so many hexadecimal digits, of which gzip saves half.
    fn package(digits: usize) -> Files {
        let mut state = 1_u64;
        let mut engine = String::new();
        while engine.len() < digits {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            write!(engine, "{:08x}", state >> 32).unwrap();
        }
        let facade = r#"import("./engine.js")"#.to_owned();
        [("index.js", facade), ("engine.js", engine)]
            .map(|(name, text)| (name.to_owned(), text.into_bytes()))
            .into()
    }

    #[test]
    fn every_file_and_every_limit_has_a_line() {
        let table = table(&package(500)).unwrap();
        let begins = |start: &str| table.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(begins("index.js") + begins("engine.js"), 2);
        for limit in &LIMITS {
            assert_eq!(begins(limit.load), 1);
        }
    }

    #[test]
    fn a_page_that_loads_more_than_it_may_is_refused() {
        guard(&package(500)).unwrap();
        let refusal = guard(&package(4 * LIMITS[1].limit)).unwrap_err();
        assert!(refusal.to_string().starts_with(LIMITS[1].load));
    }
}
