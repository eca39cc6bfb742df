//! A model that says what it is told to, for the real agents.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The running model; it ends with the test.
pub struct Model {
    child: Child,
    port: u16,
}

impl Model {
    /// Starts one on a port of its own.
    pub fn start() -> Self {
        // At run time: the tests run elsewhere than they were built.
        let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo");
        let script = Path::new(&root).join("integration/harness/model.py");
        let mut child = Command::new("python3")
            .arg(script)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        output.read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port");
        Self { child, port }
    }

    /// Where it is, without a path.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
