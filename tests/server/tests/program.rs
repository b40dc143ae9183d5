//! The server as a process: how long it runs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    process: Child,
    /// Without the scheme.
    address: String,
}

impl Program {
    fn start(arguments: &[&str], stdin: Stdio) -> io::Result<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_rangeload-server"))
            .args(arguments)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.as_mut() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = line.trim().replace("http://", "");
        Ok(Self { process, address })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_ends_with_its_owner_if_that_is_wanted() -> io::Result<()> {
    let mut program = Program::start(&["--until-stdin-ends"], Stdio::piped())?;
    TcpStream::connect(&program.address)?;
    assert!(program.process.try_wait()?.is_none());
    // As the system does when the owner is killed.
    drop(program.process.stdin.take());
    assert!(program.process.wait()?.success());
    assert!(TcpStream::connect(&program.address).is_err());
    Ok(())
}

#[test]
fn it_runs_on_without_an_input_by_default() -> io::Result<()> {
    let mut program = Program::start(&[], Stdio::null())?;
    let mut stream = TcpStream::connect(&program.address)?;
    // It would have ended before this answer comes.
    stream.write_all(b"GET /files/9/a?delay=500 HTTP/1.0\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    assert!(answer.starts_with(b"HTTP/1.0 200 "), "{answer:?}");
    assert!(program.process.try_wait()?.is_none());
    Ok(())
}
