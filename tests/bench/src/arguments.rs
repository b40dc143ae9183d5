//! The command line: words, and options that each have one value. What is not understood is
//! refused, so that no figure is of something else than was meant.

use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use rangeload_e2e::Kind;
use rangeload_server::quantity;

#[derive(Debug, Default)]
pub(crate) struct Arguments {
    words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Arguments {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut parsed = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                None => parsed.words.push(argument),
                Some("help") => parsed.words = vec!["help".to_owned()],
                Some(name) => {
                    let value = arguments.next();
                    let value = value.with_context(|| format!("--{name} needs a value"))?;
                    parsed.options.push((name.to_owned(), value));
                }
            }
        }
        Ok(parsed)
    }

    pub(crate) fn words(&mut self) -> Vec<String> {
        std::mem::take(&mut self.words)
    }

    /// Nothing may be left that nobody has asked for.
    pub(crate) fn finish(self) -> Result<()> {
        match self.options.first() {
            None => Ok(()),
            Some((name, _)) => bail!("--{name} is not understood here; see bench help"),
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(found, _)| found == name)?;
        Some(self.options.remove(at).1)
    }

    pub(crate) fn number<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let read = |text: String| {
            let number = text.parse();
            number.map_err(|_| anyhow!("--{name} {text}: expected a number"))
        };
        self.text(name).map(read).transpose()
    }

    /// As people write it: `20GiB`.
    pub(crate) fn bytes(&mut self, name: &str) -> Result<Option<u64>> {
        let read = |text: String| {
            let bytes = quantity::parse(&text).filter(|bytes| *bytes > 0);
            bytes.with_context(|| format!("--{name} {text}: expected bytes, such as 20GiB"))
        };
        self.text(name).map(read).transpose()
    }

    /// Chromium unless another one is asked for.
    pub(crate) fn browser(&mut self) -> Result<Kind> {
        match self.text("browser").as_deref() {
            None | Some("chromium") => Ok(Kind::Chromium),
            Some("firefox") => Ok(Kind::Firefox),
            Some(other) => bail!("--browser {other}: expected chromium or firefox"),
        }
    }

    /// The package's own options, as a page would give them.
    pub(crate) fn package(&mut self) -> Result<serde_json::Value> {
        let mut options = serde_json::Map::new();
        if let Some(tier) = self.text("storage") {
            options.insert("storage".to_owned(), tier.into());
        }
        if let Some(connections) = self.number::<u32>("connections")? {
            options.insert("connections".to_owned(), connections.into());
        }
        Ok(options.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments> {
        Arguments::parse(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn words_and_options_come_in_any_order() -> Result<()> {
        let mut arguments = parse("cut --rounds 2 slow --size 1GiB")?;
        assert_eq!(arguments.words(), ["cut", "slow"]);
        assert_eq!(arguments.number("rounds")?, Some(2));
        assert_eq!(arguments.bytes("size")?, Some(1 << 30));
        arguments.finish()
    }

    #[test]
    fn what_nobody_asks_for_is_refused() -> Result<()> {
        assert!(parse("--rounds").is_err());
        assert!(parse("--rounds x")?.number::<u32>("rounds").is_err());
        assert!(parse("--size 0")?.bytes("size").is_err());
        assert!(parse("--browser lynx")?.browser().is_err());
        assert!(parse("--round 2")?.finish().is_err());
        Ok(())
    }
}
