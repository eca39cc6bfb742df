//! Programs that must work as if there were no jail.
//!
//! Each scenario is a shell script for a fresh, empty directory; its output is the same on
//! every run. One table, run in several settings: under the layers alone
//! (`stage2/tests/layers/programs.rs`) and in whole jails (`integration/programs.rs`).

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Something that users do all day.
pub struct Scenario {
    /// What it is.
    pub name: &'static str,
    /// The programs without which it proves nothing.
    pub needs: &'static [&'static str],
    /// What to run with `sh -eu`.
    pub script: &'static str,
    /// Why it cannot work in a whole jail in lockdown, if that is so.
    #[allow(dead_code, reason = "the tests of the layers alone have no whole jail")]
    pub not_in_lockdown: Option<&'static str>,
}

/// One test for each scenario, which calls `$works` with it, and one that none is missing.
#[macro_export]
macro_rules! scenario_tests {
    ($works:path) => {
        $crate::scenario_tests! { $works =>
            git_history git_worktree gcc_and_make cargo node npm python python_multiprocessing
            tcp_on_loopback perl ssh_keygen sqlite archives_and_text bash go java
        }
    };
    ($works:path => $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let mut scenarios = $crate::real_programs::SCENARIOS.iter();
                $works(scenarios.find(|row| row.name == stringify!($name)).expect("a row"));
            }
        )*

        #[test]
        fn every_row_has_its_test() {
            let rows = $crate::real_programs::SCENARIOS.iter().map(|row| row.name);
            assert!(rows.eq([$(stringify!($name)),*]));
        }
    };
}

/// Makes the directory, and keeps the user's own settings and caches out of it: they are not what
/// is tested.
const PRELUDE: &str = r#"
    mkdir -p "$1" && cd "$1"
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    export GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z
    export CARGO_HOME="$PWD/cargo-home" CARGO_NET_OFFLINE=true
    export RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
    export npm_config_cache="$PWD/npm-cache" npm_config_update_notifier=false
    export GOCACHE="$PWD/go-cache" GOPATH="$PWD/go" GOFLAGS=-mod=mod
    export PYTHONDONTWRITEBYTECODE=1
"#;

/// The command that runs `scenario` in `directory`, which it makes.
pub fn words(scenario: &Scenario, directory: &Path) -> Vec<OsString> {
    let script = [PRELUDE, scenario.script].concat();
    ["sh", "-euc", &script, "sh"].map(Into::into).into_iter().chain([directory.into()]).collect()
}

/// The first program of `scenario` that does not run on this machine.
pub fn missing(scenario: &Scenario) -> Option<&'static str> {
    scenario.needs.iter().copied().find(|program| {
        let found =
            Command::new("sh").args(["-c", "command -v \"$0\" >/dev/null", program]).status();
        !found.is_ok_and(|status| status.success())
    })
}

/// All of them; each prints something that only a working run prints.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        // Commit, branch, merge, gc, clone.
        name: "git_history",
        needs: &["git"],
        script: r"
            git init -q -b main repo && cd repo
            git config user.name A && git config user.email a@b.c
            echo one > file && git add file && git commit -qm one
            git checkout -q -b side && echo two > other && git add other && git commit -qm two
            git checkout -q main && git merge -q --no-ff -m merge side
            git gc -q && git fsck 2>/dev/null
            git clone -q . ../copy && git -C ../copy log --format=%s
        ",
        not_in_lockdown: None,
    },
    Scenario {
        // A worktree made, used and removed.
        name: "git_worktree",
        needs: &["git"],
        script: r"
            git init -q -b main repo && cd repo
            git config user.name A && git config user.email a@b.c
            echo one > file && git add file && git commit -qm one
            git worktree add -q ../tree -b tree && cd ../tree
            echo two >> file && git commit -qam two
            git -C ../repo log --format=%s tree && git -C ../repo worktree remove ../tree
            ls ..
        ",
        not_in_lockdown: None,
    },
    Scenario {
        // Compiled by a makefile, in parallel.
        name: "gcc_and_make",
        needs: &["gcc", "make"],
        script: r#"
            printf '#include <stdio.h>\nint main(void) { puts("compiled"); }\n' > a.c
            printf 'a: a.c\n\t@gcc -O1 -pipe -o a a.c\n' > Makefile
            make -s -j2 a && ./a
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        // A build and a test, offline.
        name: "cargo",
        needs: &["cargo"],
        script: r"
            cargo init -q --vcs none --name demo demo && cd demo
            printf '#[test] fn t() { std::thread::spawn(|| ()).join().unwrap() }\n' >> src/main.rs
            cargo build -q && ./target/debug/demo
            cargo test -q 2>&1 | grep -o '1 passed'
        ",
        not_in_lockdown: None,
    },
    Scenario {
        // Files, threads, children, timers.
        name: "node",
        needs: &["node"],
        script: r#"
            cat > a.js <<'END'
            const { Worker, isMainThread, parentPort } = require("worker_threads");
            const fs = require("fs"), cp = require("child_process"), os = require("os");
            if (!isMainThread) { parentPort.postMessage("worker"); }
            else {
                fs.writeFileSync("f", "x"); fs.renameSync("f", "g");
                console.log(fs.readFileSync("g", "utf8"), os.hostname().length > 0);
                console.log(cp.execSync("echo child").toString().trim());
                fs.promises.readdir(".").then((names) => console.log(names.length));
                new Worker(__filename).on("message", (m) => setTimeout(() => console.log(m), 50));
            }
END
            node a.js | sort
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        // Install from a local archive.
        name: "npm",
        needs: &["npm"],
        script: r#"
            mkdir lib app
            printf '{"name":"lib","version":"1.0.0","main":"i.js"}' > lib/package.json
            echo 'module.exports = "installed"' > lib/i.js
            (cd lib && npm pack --silent) && cd app
            printf '{"name":"app","version":"1.0.0"}' > package.json
            npm install --offline --no-audit --no-fund --silent ../lib/lib-1.0.0.tgz
            node -p 'require("lib")'
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        // Threads, children, sqlite, links, temporary files.
        name: "python",
        needs: &["python3"],
        script: r#"
            cat > a.py <<'END'
import concurrent.futures as c, os, shutil, socket, sqlite3, subprocess, tempfile, threading
def square(n): return n * n
with c.ThreadPoolExecutor(4) as pool: print(list(pool.map(square, range(5))))
print(subprocess.run(["sh", "-c", "echo sub"], capture_output=True, text=True).stdout)
a, b = socket.socketpair(); a.send(b"x"); print(b.recv(1))
db = sqlite3.connect("d.db"); db.execute("create table t(n)")
db.execute("insert into t values (7)"); db.commit(); print(db.execute("select n from t").fetchall())
with tempfile.TemporaryDirectory() as d: shutil.copytree(".", os.path.join(d, "x"))
os.symlink("a.py", "l"); os.link("a.py", "h"); os.rename("h", "k"); os.mkfifo("p")
print(sorted(os.listdir(".")), os.getpriority(os.PRIO_PROCESS, 0) >= 0)
END
            python3 a.py
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        name: "python_multiprocessing",
        needs: &["python3"],
        script: r#"
            cat > a.py <<'END'
import multiprocessing as m, multiprocessing.shared_memory as s
def square(n): return n * n
if __name__ == "__main__":
    with m.Pool(2) as pool: print(pool.map(square, range(5)))
    memory = s.SharedMemory(create=True, size=16); memory.buf[0] = 7; print(memory.buf[0])
    memory.close(); memory.unlink()
END
            python3 a.py
        "#,
        not_in_lockdown: Some("its semaphores are files in /dev/shm, which is read-only there"),
    },
    Scenario {
        name: "tcp_on_loopback",
        needs: &["python3"],
        script: r#"
            cat > a.py <<'END'
import socket
s = socket.create_server(("127.0.0.1", 0)); t = socket.create_connection(s.getsockname())
t.send(b"tcp"); print(s.accept()[0].recv(3))
END
            python3 a.py
        "#,
        not_in_lockdown: Some("TCP is denied there"),
    },
    Scenario {
        // Pipes, children, sockets, signals.
        name: "perl",
        needs: &["perl"],
        script: r#"
            cat > a.pl <<'END'
use strict; use IO::Handle;
open(my $pipe, "-|", "echo", "piped") or die; print <$pipe>; close $pipe;
pipe(my $read, my $write) or die; my $child = fork() // die;
if (!$child) { print $write "child\n"; exit 3 }
print scalar readline($read); waitpid($child, 0); print $? >> 8, "\n";
local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; select(undef, undef, undef, 3);
END
            perl a.pl
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        // A new key, and its public half.
        name: "ssh_keygen",
        needs: &["ssh-keygen"],
        script: r"
            ssh-keygen -q -t ed25519 -N '' -C key -f key
            ssh-keygen -y -f key | cut -d' ' -f1,3 && ls
        ",
        not_in_lockdown: None,
    },
    Scenario {
        // With a write-ahead log.
        name: "sqlite",
        needs: &["sqlite3"],
        script: r"
            sqlite3 d.db 'pragma journal_mode=wal; create table t(n); insert into t values (7);'
            sqlite3 d.db 'select n from t; pragma integrity_check;'
        ",
        not_in_lockdown: None,
    },
    Scenario {
        // tar, gzip, find, xargs, sed, sort, tee /dev/stderr.
        name: "archives_and_text",
        needs: &["tar", "gzip", "xargs", "tee"],
        script: r"
            mkdir -p d/e && seq 100 > d/e/n && tar -czf a.tgz d && rm -r d && tar -xzf a.tgz
            find d -type f -print0 | xargs -0 -P2 sed -n 5p | tee /dev/stderr | sort
            mv d/e f && cp -a f g && ls
        ",
        not_in_lockdown: None,
    },
    Scenario {
        // Process substitution, job control, here-documents.
        name: "bash",
        needs: &["bash"],
        script: r#"
            bash -c 'set -m; sleep 0.05 & jobs | wc -l; wait; diff <(echo a) <(echo a) && cat <<< here
                     kill -0 $$ && (trap "echo trapped" USR1; kill -USR1 $BASHPID) && echo x > /dev/fd/1'
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        // Goroutines, a child.
        name: "go",
        needs: &["go"],
        script: r#"
            cat > a.go <<'END'
package main
import ("fmt"; "os"; "os/exec"; "sync")
func main() {
    var w sync.WaitGroup
    for i := 0; i < 50; i++ { w.Add(1); go func() { w.Done() }() }
    w.Wait()
    out, err := exec.Command("echo", "child").Output()
    fmt.Println(string(out), err, os.Rename("a.go", "b.go"))
}
END
            go run a.go
        "#,
        not_in_lockdown: None,
    },
    Scenario {
        // Compiled and run, with threads and a child.
        name: "java",
        needs: &["java", "javac"],
        script: r#"
            cat > A.java <<'END'
import java.util.stream.*;
public class A {
    public static void main(String[] a) throws Exception {
        System.out.println(IntStream.range(0, 1000).parallel().sum());
        Process p = new ProcessBuilder("echo", "child").start();
        System.out.println(new String(p.getInputStream().readAllBytes()) + p.waitFor());
    }
}
END
            javac A.java && java A
        "#,
        not_in_lockdown: None,
    },
];
