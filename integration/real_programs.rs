//! Programs that must work as if there were no jail.
//!
//! Each scenario is a shell script for a fresh, empty directory; its output is the same on
//! every run. What runs it, and what restricts it, is the caller's: the layers alone
//! (`stage2/tests/layers`) or a whole jail.

use std::path::Path;
use std::process::{Command, Output};

/// Something that users do all day.
pub struct Scenario {
    /// What it is.
    pub name: &'static str,
    /// The programs without which it proves nothing.
    pub needs: &'static [&'static str],
    /// What to run with `sh -eu`.
    pub script: &'static str,
}

/// The script of `scenario`, started in `directory`; the caller adds its restrictions.
pub fn shell(scenario: &Scenario, directory: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-euc", scenario.script])
        .current_dir(directory)
        .stdin(std::process::Stdio::null())
        // The user's own settings are not what is tested.
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
        .env("CARGO_HOME", directory.join("cargo-home"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("npm_config_cache", directory.join("npm-cache"))
        .env("npm_config_update_notifier", "false")
        .env("GOCACHE", directory.join("go-cache"))
        .env("GOPATH", directory.join("go"))
        .env("GOFLAGS", "-mod=mod")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if let (None, Some(home)) = (std::env::var_os("RUSTUP_HOME"), std::env::var_os("HOME")) {
        command.env("RUSTUP_HOME", Path::new(&home).join(".rustup"));
    }
    command
}

/// The first program of `scenario` that does not run on this machine.
pub fn missing(scenario: &Scenario) -> Option<&'static str> {
    scenario.needs.iter().copied().find(|program| {
        let found =
            Command::new("sh").args(["-c", "command -v \"$0\" >/dev/null", program]).status();
        !found.is_ok_and(|status| status.success())
    })
}

/// What of a run must be the same inside and outside.
pub fn result(output: &Output) -> (Option<i32>, String) {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        text.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    (output.status.code(), text)
}

/// All of them; each prints something that only a working run prints.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "git: commit, branch, merge, gc, clone",
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
    },
    Scenario {
        name: "git worktree",
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
    },
    Scenario {
        name: "gcc and make",
        needs: &["gcc", "make"],
        script: r#"
            printf '#include <stdio.h>\nint main(void) { puts("compiled"); }\n' > a.c
            printf 'a: a.c\n\t@gcc -O1 -pipe -o a a.c\n' > Makefile
            make -s -j2 a && ./a
        "#,
    },
    Scenario {
        name: "cargo build and test",
        needs: &["cargo"],
        script: r"
            cargo init -q --vcs none --name demo demo && cd demo
            printf '#[test] fn t() { std::thread::spawn(|| ()).join().unwrap() }\n' >> src/main.rs
            cargo build -q && ./target/debug/demo
            cargo test -q 2>&1 | grep -o '1 passed'
        ",
    },
    Scenario {
        name: "node: files, threads, children, timers",
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
    },
    Scenario {
        name: "npm: install from a local archive",
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
    },
    Scenario {
        name: "python: threads, processes, subprocesses, sockets, sqlite, temporary files",
        needs: &["python3"],
        script: r#"
            cat > a.py <<'END'
import concurrent.futures as c, multiprocessing as m, os, shutil, socket, sqlite3
import subprocess, tempfile, threading
def square(n): return n * n
if __name__ == "__main__":
    with c.ThreadPoolExecutor(4) as pool: print(list(pool.map(square, range(5))))
    with m.Pool(2) as pool: print(pool.map(square, range(5)))
    print(subprocess.run(["sh", "-c", "echo sub"], capture_output=True, text=True).stdout)
    a, b = socket.socketpair(); a.send(b"x"); print(b.recv(1))
    s = socket.create_server(("127.0.0.1", 0)); t = socket.create_connection(s.getsockname())
    t.send(b"tcp"); print(s.accept()[0].recv(3))
    db = sqlite3.connect("d.db"); db.execute("create table t(n)")
    db.execute("insert into t values (7)"); db.commit(); print(db.execute("select n from t").fetchall())
    with tempfile.TemporaryDirectory() as d: shutil.copytree(".", os.path.join(d, "x"))
    os.symlink("a.py", "l"); os.link("a.py", "h"); os.rename("h", "k"); os.mkfifo("p")
    print(sorted(os.listdir(".")), os.getpriority(os.PRIO_PROCESS, 0) >= 0)
END
            python3 a.py
        "#,
    },
    Scenario {
        name: "ssh-keygen",
        needs: &["ssh-keygen"],
        script: r"
            ssh-keygen -q -t ed25519 -N '' -C key -f key
            ssh-keygen -y -f key | cut -d' ' -f1,3 && ls
        ",
    },
    Scenario {
        name: "sqlite with a write-ahead log",
        needs: &["sqlite3"],
        script: r"
            sqlite3 d.db 'pragma journal_mode=wal; create table t(n); insert into t values (7);'
            sqlite3 d.db 'select n from t; pragma integrity_check;'
        ",
    },
    Scenario {
        name: "tar, gzip, find, xargs, sed, sort, tee /dev/stderr",
        needs: &["tar", "gzip", "xargs", "tee"],
        script: r"
            mkdir -p d/e && seq 100 > d/e/n && tar -czf a.tgz d && rm -r d && tar -xzf a.tgz
            find d -type f -print0 | xargs -0 -P2 sed -n 5p | tee /dev/stderr | sort
            mv d/e f && cp -a f g && ls
        ",
    },
    Scenario {
        name: "bash: process substitution, job control, here-documents",
        needs: &["bash"],
        script: r#"
            bash -c 'set -m; sleep 0.05 & jobs | wc -l; wait; diff <(echo a) <(echo a) && cat <<< here
                     kill -0 $$ && (trap "echo trapped" USR1; kill -USR1 $BASHPID) && echo x > /dev/fd/1'
        "#,
    },
    Scenario {
        name: "go run",
        needs: &["go"],
        script: r#"
            cat > a.go <<'END'
package main
import ("fmt"; "net"; "os"; "os/exec"; "sync")
func main() {
    var w sync.WaitGroup
    for i := 0; i < 50; i++ { w.Add(1); go func() { w.Done() }() }
    w.Wait()
    out, err := exec.Command("echo", "child").Output()
    l, lerr := net.Listen("tcp", "127.0.0.1:0")
    fmt.Println(string(out), err, l != nil, lerr, os.Rename("a.go", "b.go"))
}
END
            go run a.go
        "#,
    },
    Scenario {
        name: "java: compile and run with threads and a child",
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
    },
];
