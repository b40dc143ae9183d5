//! The range server as a program: prints its two addresses once it listens, and runs until killed.

use std::io::{self, Write};
use std::process::ExitCode;

use rangeload_server::{Options, Page, Server};

const USAGE: &str = "usage: rangeload-server [--port N] [--other-port N] [--page PREFIX=DIRECTORY [--header NAME:VALUE]...]...";

#[tokio::main]
async fn main() -> ExitCode {
    let result = match options(std::env::args().skip(1)) {
        Some(options) => run(options).await,
        None => Err(io::Error::new(io::ErrorKind::InvalidInput, USAGE)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> io::Result<()> {
    let server = Server::start(options).await?;
    // Not println!: who started the server may have stopped reading, and it must go on.
    let mut output = io::stdout();
    let _ = writeln!(output, "{}", server.origin());
    let _ = writeln!(
        output,
        "{} (the same, as another origin)",
        server.other_origin()
    );
    server.run().await
}

/// None for anything that is not understood.
fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(option) = arguments.next() {
        let value = arguments.next()?;
        match option.as_str() {
            "--port" => options.port = value.parse().ok()?,
            "--other-port" => options.other_port = value.parse().ok()?,
            "--page" => options.pages.push(Page::from(value.split_once('=')?)),
            "--header" => {
                let (name, value) = value.split_once(':')?;
                let page = options.pages.pop()?;
                let page = page.with_header(name.parse().ok()?, value.trim().parse().ok()?);
                options.pages.push(page);
            }
            _ => return None,
        }
    }
    Some(options)
}
