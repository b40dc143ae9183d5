//! Deliberate bugs, each of which the simulator must find: what it does not find, it does not
//! guard. The core itself stays as it is; a copy of the workspace is changed, built and run.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, describe};
use crate::workspace;

/// Within so many seeds.
const SEEDS: u64 = 10_000;

/// One bug: `from` stands once in the file and becomes `to`.
struct Mutation {
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "the record claims bytes before they are saved",
        file: "download/storing.rs",
        from: "durable.extend(saves.iter().map(|save| save.part.clone()));",
        to: "durable.extend(self.written.iter());",
    },
    Mutation {
        name: "what is to be compared next waits for its second like everything else",
        file: "download/storing.rs",
        from: "self.parts.commit(now, self.is_compared_next())",
        to: "self.parts.commit(now, false)",
    },
    Mutation {
        name: "pieces that were fetched again are not verified again",
        file: "download/verifying.rs",
        from: "if self.is_verified() {",
        to: "if self.is_verified() || self.mender.is_some() {",
    },
    Mutation {
        name: "an answer is not compared with the file begun with",
        file: "download/answer.rs",
        from: "match self.compare(source, &remote) {",
        to: "match Sameness::Same {",
    },
    Mutation {
        name: "off by one at the end of what is written",
        file: "download/reading.rs",
        from: "self.written.insert(fresh.clone());",
        to: "self.written.insert(fresh.start..fresh.end + 1);",
    },
    Mutation {
        name: "backoff without a cap",
        file: "retry.rs",
        from: ".min(16))\n            .min(CAP);",
        to: ".min(16));",
    },
    Mutation {
        name: "each failure starts the count anew",
        file: "retry.rs",
        from: "self.strikes += 1;",
        to: "self.strikes = 1;",
    },
    Mutation {
        name: "a body is read on after bytes of it were dropped",
        file: "download/reading.rs",
        from: "(true, false) => self.close(id),",
        to: "(true, false) => self.end_piece(now, id),",
    },
    Mutation {
        name: "the range of a 206 is not compared with the one asked for",
        file: "response.rs",
        from: "if range.start != asked.start {",
        to: "if range.start > asked.end {",
    },
    Mutation {
        name: "a 200 is taken for the range asked for",
        file: "response.rs",
        from: "return Err(Refusal::Mismatch(otherwise));",
        to: "let (_, len) = (otherwise, head.content_length.unwrap_or_default());\n        \
             return Ok(Answer::Part { range: asked.start..asked.end.min(len), remote: head.identity(Some(len)), total: Total::Named(len) });",
    },
    Mutation {
        name: "a compressed range is taken for the file's bytes",
        file: "response.rs",
        from: "    if head.encoded {\n        // The coding",
        to: "    if head.encoded && asked.start > u64::MAX / 2 {\n        // The coding",
    },
    Mutation {
        name: "a weak tag proves identity",
        file: "headers/etag.rs",
        from: "!self.weak\n",
        to: "true\n",
    },
    Mutation {
        name: "bytes that differ from the stored ones are let through",
        file: "download/proving.rs",
        from: "            Ok(true) => self.confirm",
        to: "            Ok(_) => self.confirm",
    },
    Mutation {
        name: "the end of the first answer is the file's",
        file: "download/answer.rs",
        from: "if connection.asked.start == 0 && range.end > 1 =>",
        to: "if range.end < 1 =>",
    },
    Mutation {
        name: "a mirror overrules the URL",
        file: "download/changing.rs",
        from: "let overrules = source == PRIMARY && !speaks && ",
        to: "let overrules = source != PRIMARY && !speaks && ",
    },
    Mutation {
        name: "a commit that failed counts as done",
        file: "download/storing.rs",
        from: "Err(failure) => {\n                self.parts.abandon();",
        to: "Err(failure) => {\n                self.parts.settle(now);",
    },
    Mutation {
        name: "a part that grew while it was saved counts as saved",
        file: "parts.rs",
        from: "part.saved = save.part.end;",
        to: "part.saved = part.end;",
    },
    Mutation {
        name: "a pause does not close its connections",
        file: "download/stopping.rs",
        from: "self.close_all();\n        self.parts.seal_all();\n        self.record_stale = true;",
        to: "self.parts.seal_all();\n        self.record_stale = true;",
    },
    Mutation {
        name: "a pause does not wait until its bytes are saved",
        file: "download/storing.rs",
        from: "if self.commit_due(now).is_some_and(|due| due <= now) {",
        to: "if !matches!(self.phase, Phase::Stopping(Stop::Pause)) && self.commit_due(now).is_some_and(|due| due <= now) {",
    },
    Mutation {
        name: "a removal is over when another erasure is",
        file: "download/storing.rs",
        from: "                self.discard = kept != self.written;\n",
        to: "                self.discard = kept != self.written;\n                if matches!(self.phase, Phase::Removing) {\n                    self.phase = Phase::Removed;\n                }\n",
    },
    Mutation {
        name: "a restart keeps the bytes of the old file",
        file: "download/beginning.rs",
        from: "self.discard |= forgets;",
        to: "self.discard &= forgets;",
    },
    Mutation {
        name: "bytes that two connections bring are written twice",
        file: "download/reading.rs",
        from: "let fresh = self.written.gaps(all.clone()).next();",
        to: "let fresh = Some(all.clone()).filter(|fresh| !fresh.is_empty());",
    },
    Mutation {
        name: "reads are granted whatever memory is used",
        file: "download/reading.rs",
        from: "self.parts.allowance(sharing).saturating_sub(granted)",
        to: "self.parts.allowance(sharing)",
    },
    Mutation {
        name: "a size that was only presumed makes the file whole",
        file: "download/mod.rs",
        from: "&& !self.discard && !self.file.presumed",
        to: "&& !self.discard",
    },
    Mutation {
        name: "a silent connection is never given up",
        file: "download/failing.rs",
        from: "deadline.is_some_and(|deadline| deadline <= at.now)",
        to: "deadline.is_some_and(|deadline| deadline > at.now && deadline < at.now)",
    },
];

/// Tries all of them, or those whose name contains `filter`.
pub(crate) fn run(filter: &str) -> Result<()> {
    let tree = workspace::target().join("mutations/tree");
    let selected: Vec<_> = MUTATIONS
        .iter()
        .filter(|mutation| mutation.name.contains(filter))
        .collect();
    ensure!(!selected.is_empty(), "no bug is named like `{filter}`");
    let mut survivors = 0;
    for mutation in selected {
        copy_workspace(&tree)?;
        mutation.apply(&tree)?;
        let found = simulate(&tree)?;
        let verdict = found.as_deref().unwrap_or("NOT FOUND");
        println!("{:<58} {verdict}", mutation.name);
        survivors += usize::from(found.is_none());
    }
    ensure!(
        survivors == 0,
        "{survivors} bugs are not found within {SEEDS} seeds"
    );
    Ok(())
}

impl Mutation {
    fn apply(&self, tree: &Path) -> Result<()> {
        let file = tree.join("src/core").join(self.file);
        fs::write(&file, self.mutate(&fs::read_to_string(&file)?)?)?;
        Ok(())
    }

    fn mutate(&self, text: &str) -> Result<String> {
        let places = text.matches(self.from).count();
        ensure!(
            places == 1,
            "`{}` does not apply: its text stands {places} times in {}",
            self.name,
            self.file
        );
        Ok(text.replace(self.from, self.to))
    }
}

/// The first seed that finds something wrong, and what it says.
fn simulate(tree: &Path) -> Result<Option<String>> {
    let build = workspace::target().join("mutations/build");
    let mut command = cargo();
    command
        .args(["build", "--quiet", "--profile", "tools"])
        .args(["--package", "rangeload-sim"])
        .env("CARGO_TARGET_DIR", &build)
        // What a bug leaves unused is no concern.
        .env("RUSTFLAGS", "-A warnings")
        .current_dir(tree);
    if !command.status()?.success() {
        bail!("{} failed", describe(&command));
    }
    let output = Command::new(build.join("tools/rangeload-sim"))
        .args(["--first", "--seeds", &SEEDS.to_string()])
        .output()
        .context("cannot start the simulator")?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().next().map(str::to_owned))
}

fn copy_workspace(tree: &Path) -> Result<()> {
    let root = workspace::root();
    fs::create_dir_all(tree)?;
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(root.join(file), tree.join(file))?;
    }
    for directory in ["src", "tests", "xtask"] {
        copy(&root.join(directory), &tree.join(directory))?;
    }
    Ok(())
}

/// Files that are the same are left alone, so that little is built again; what is there no more
/// goes from the copy too.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(to)? {
            let stale = entry?;
            if from.join(stale.file_name()).exists() {
                continue;
            }
            match stale.file_type()?.is_dir() {
                true => fs::remove_dir_all(stale.path())?,
                false => fs::remove_file(stale.path())?,
            }
        }
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
    } else if fs::read(from)? != fs::read(to).unwrap_or_default() {
        fs::copy(from, to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_selects_no_bug_is_refused() {
        assert!(run("no bug at all").is_err());
    }

    #[test]
    fn every_bug_can_be_put_into_the_core_as_it_is() -> Result<()> {
        for mutation in MUTATIONS {
            let file = workspace::root().join("src/core").join(mutation.file);
            mutation.mutate(&fs::read_to_string(file)?)?;
        }
        Ok(())
    }
}
