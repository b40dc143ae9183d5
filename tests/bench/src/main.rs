//! What the package costs and how fast it is. Started by `cargo xtask bench`, which builds the
//! package first; everything runs on this machine, in real browsers.
//!
//! | command | measures | module |
//! |---|---|---|
//! | `bench [shape…]` | time beside `fetch().blob()`, the usual recipe and aria2, by shape of the network | [`speed`] |
//! | `bench memory` | memory of all the browser's processes during one download | [`memory`] |
//! | `bench kills` | what kills of the whole browser cost, and whether they cost a wrong byte | [`kills`] |
//!
//! Figures go to the terminal and, for machines, to `target/bench/`. A figure that misses its goal
//! is printed as it is and is no failure of the command; a wrong byte is one.

mod arguments;
mod contender;
mod kills;
mod memory;
mod nginx;
mod output;
mod plot;
mod processes;
mod shape;
mod site;
mod speed;
mod statistics;
mod stored;
mod table;
mod verify;

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};

use arguments::Arguments;

const USAGE: &str = "\
usage: cargo xtask bench [shape…] [--rounds 5] [--size BYTES] [--storage TIER] [--connections N]
       cargo xtask bench memory [--size 1GiB] [--browser chromium] [--storage TIER] [--rate BYTES]
       cargo xtask bench kills [--kills 20] [--browser chromium] [--storage TIER] [--size 256MiB] [--seed N]

sizes and rates as in 20GiB, 10MB; browsers: chromium, firefox; tiers: as the package's option
`storage`, which decides by itself if it is not given. Shapes:";

#[tokio::main]
async fn main() -> ExitCode {
    // Dropped rather than ended, so that what was started ends with it.
    let outcome = tokio::select! {
        outcome = run() => outcome,
        _ = tokio::signal::ctrl_c() => Err(anyhow!("interrupted")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut arguments = Arguments::parse(std::env::args().skip(1))?;
    let words = arguments.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["help"] => {
            println!("{USAGE}\n");
            for shape in &shape::SHAPES {
                println!("  {:<14} {}", shape.name, shape.what);
            }
            Ok(())
        }
        ["memory"] => memory::run(memory::Options::take(arguments)?).await,
        ["kills"] => kills::run(kills::Options::take(arguments)?).await,
        ["memory" | "kills", word, ..] => bail!("`{word}` is not understood; see bench help"),
        shapes => speed::run(speed::Options::take(shapes, arguments)?).await,
    }
}
