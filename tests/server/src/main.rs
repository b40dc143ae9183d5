//! The range server as a program: prints its two addresses once it listens, and runs until killed,
//! or until its owner has ended.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use rangeload_server::{Options, Page, Server};
use tokio::sync::oneshot;

const USAGE: &str = "usage: rangeload-server [--port N] [--other-port N] [--until-stdin-ends] [--page PREFIX=DIRECTORY [--header NAME:VALUE]...]...";

/// What the command line asks for.
#[derive(Default)]
struct Invocation {
    options: Options,
    until_stdin_ends: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match invocation(std::env::args().skip(1)) {
        Some(invocation) => run(invocation).await,
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

async fn run(invocation: Invocation) -> io::Result<()> {
    let server = Server::start(invocation.options).await?;
    // Not println!: who started the server may have stopped reading, and it must go on.
    let mut output = io::stdout();
    let _ = writeln!(output, "{}", server.origin());
    let _ = writeln!(
        output,
        "{} (the same, as another origin)",
        server.other_origin()
    );
    tokio::select! {
        result = server.run() => result,
        () = stdin_ended(), if invocation.until_stdin_ends => Ok(()),
    }
}

/// Standard input is a pipe whose other end the owner holds: every system closes it when the owner
/// ends, in whatever way that happens.
async fn stdin_ended() {
    let (sender, ended) = oneshot::channel::<()>();
    // No task: the runtime would wait at its end for a read that nothing can call off.
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        drop(sender);
    });
    let _ = ended.await;
}

/// None for anything that is not understood.
fn invocation(mut arguments: impl Iterator<Item = String>) -> Option<Invocation> {
    let mut invocation = Invocation::default();
    let options = &mut invocation.options;
    while let Some(option) = arguments.next() {
        if option == "--until-stdin-ends" {
            invocation.until_stdin_ends = true;
            continue;
        }
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
    Some(invocation)
}
