//! A real nginx with one file, served as fast as it can and with its own limit for each connection.
//!
//! Its limit lets a connection send at once what a whole second allows (ngx_http_limit_rate), so
//! a download of many requests can be faster than connections times rate. All contenders may.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rangeload_server::content;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::interval;

use crate::verify::SEED;

/// Where Debian keeps it, which is not on everyone's PATH.
const PROGRAMS: [&str; 2] = ["nginx", "/usr/sbin/nginx"];
const NAME: &str = "bench.bin";

pub(crate) struct Nginx {
    master: Child,
    port: u16,
    _directory: TempDir,
}

impl Nginx {
    pub(crate) fn is_installed() -> bool {
        program().is_some()
    }

    /// Takes connections when this returns.
    pub(crate) async fn start(size: u64, rate: u64) -> Result<Self> {
        let program = program().context("nginx is not installed")?;
        let directory = tempfile::Builder::new()
            .prefix("rangeload-nginx-")
            .tempdir()?;
        let files = directory.path().join("files");
        fs::create_dir(&files)?;
        write_file(&files.join(NAME), size)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let configuration = directory.path().join("nginx.conf");
        fs::write(
            &configuration,
            configuration_text(directory.path(), port, rate),
        )?;
        let master = Command::new(program)
            .arg("-p")
            .arg(directory.path())
            .arg("-c")
            .arg(&configuration)
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start nginx")?;
        let mut nginx = Self {
            master,
            port,
            _directory: directory,
        };
        let mut tick = interval(Duration::from_millis(20));
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_err()
        {
            if let Some(status) = nginx.master.try_wait()? {
                bail!("nginx ended with {status}");
            }
            tick.tick().await;
        }
        Ok(nginx)
    }

    /// `place` is `plain` or `capped`.
    pub(crate) fn url(&self, place: &str, tag: &str) -> String {
        format!("http://127.0.0.1:{}/{place}/{NAME}?tag={tag}", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        let pid = i32::try_from(self.master.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.master.wait();
    }
}

fn program() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| {
        let version = Command::new(program)
            .arg("-v")
            .stderr(Stdio::null())
            .status();
        version.is_ok_and(|status| status.success())
    })
}

fn write_file(path: &Path, size: u64) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    while at < size {
        let length = (size - at).min(buffer.len() as u64) as usize;
        content::fill(SEED, at, &mut buffer[..length]);
        file.write_all(&buffer[..length])?;
        at += length as u64;
    }
    file.flush()
}

fn configuration_text(directory: &Path, port: u16, rate: u64) -> String {
    let directory = directory.display();
    // Workers of another user could not read a temporary directory of root's.
    let user = match rustix::process::geteuid().is_root() {
        true => "user root;",
        false => "",
    };
    format!(
        r#"{user}
daemon off;
worker_processes auto;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  server {{
    listen 127.0.0.1:{port};
    add_header Access-Control-Allow-Origin *;
    add_header Access-Control-Expose-Headers "Accept-Ranges, Content-Length, Content-Range, ETag";
    location /plain/ {{ alias {directory}/files/; }}
    location /capped/ {{ alias {directory}/files/; limit_rate {rate}; }}
  }}
}}
"#
    )
}
