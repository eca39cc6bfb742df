//! The check for a newer version, against a server on this machine.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ai_jail::host::Environment;
use ai_jail::update::{self, Answer, FILE_NAME, Limits, OURS};
use semver::Version;

const PATIENT: Limits = Limits { seconds: 20, bytes: 100_000 };

/// A server that gives every request the same answer.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answer: impl Fn(&mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/latest", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                seen.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
                answer(&mut stream);
            }
        });
        Self { url, requests }
    }

    fn saying(head: &'static str, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::new(move |stream| {
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}");
        })
    }

    fn release(tag: &str) -> Self {
        Self::saying("200 OK", format!(r#"{{"url":"x","tag_name":"{tag}","assets":[{{}}]}}"#))
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn fetched(server: &Server) -> Option<String> {
    update::fetch(&server.url, PATIENT).map(|Answer { version }| version.to_string())
}

/// The version after ours.
fn next() -> String {
    let ours = Version::parse(OURS).unwrap();
    Version::new(ours.major, ours.minor, ours.patch + 1).to_string()
}

/// A check into a fresh directory: what was said, and what the directory holds.
fn checked(url: &str, limits: Limits) -> (Vec<u8>, Option<String>) {
    let directory = tempfile::tempdir().unwrap();
    let mut news = Vec::new();
    update::check(url, directory.path(), limits, &mut news);
    let kept = fs::read_to_string(directory.path().join(FILE_NAME)).ok();
    (news, kept.map(|text| text.lines().nth(2).unwrap_or("?").to_owned()))
}

#[test]
fn a_release_is_read() {
    assert_eq!(fetched(&Server::release("v9.8.7")).as_deref(), Some("9.8.7"));
    assert_eq!(fetched(&Server::release("9.8.7-rc.1")).as_deref(), Some("9.8.7-rc.1"));
    let server = Server::release("v1.0.0");
    fetched(&server);
    let requests = server.requests.lock().unwrap();
    assert!(requests[0].starts_with("GET /latest HTTP/"), "{requests:?}");
    assert!(requests[0].contains(&format!("User-Agent: ai-jail/{OURS}\r\n")), "{requests:?}");
}

#[test]
fn anything_else_is_no_release() {
    for body in [
        "",
        "nonsense",
        "{}",
        r#"{"tag_name":5}"#,
        r#"{"tag_name":"latest"}"#,
        r#"{"tag_name":"v1"}"#,
        r#"{"tag_name":"v1.2.3\u001b[2J"}"#,
        r#"{"tag_name":"v1.2.3"} trailing"#,
        r#"["tag_name","v1.2.3"]"#,
        "\n200",
    ] {
        assert_eq!(fetched(&Server::saying("200 OK", body)), None, "{body}");
    }
    let long = format!("v1.2.3-{}", "a".repeat(100));
    assert_eq!(fetched(&Server::release(&long)), None);
    let deep =
        format!(r#"{{"tag_name":"v1.2.3","x":{}{}}}"#, "[".repeat(40_000), "]".repeat(40_000));
    assert_eq!(fetched(&Server::saying("200 OK", deep)).as_deref(), Some("1.2.3"), "not recursed");
}

#[test]
fn an_error_is_no_release() {
    let body = r#"{"tag_name":"v9.9.9"}"#;
    for head in ["404 Not Found", "403 Forbidden", "500 Oops", "204 No Content", "202 Accepted"] {
        assert_eq!(fetched(&Server::saying(head, body)), None, "{head}");
    }
    assert_eq!(fetched(&Server::new(|stream| drop(stream.write_all(b"\x00\xff\x00")))), None);
    // Less than was promised.
    let short = move |stream: &mut TcpStream| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{body}");
    };
    assert_eq!(fetched(&Server::new(short)), None);
}

#[test]
fn nobody_is_led_elsewhere() {
    let elsewhere = Server::release("v9.9.9");
    let target = elsewhere.url.clone();
    let redirecting = Server::new(move |stream| {
        let body = r#"{"tag_name":"v9.9.9"}"#;
        let _ = write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    });
    assert_eq!(fetched(&redirecting), None);
    assert_eq!((redirecting.count(), elsewhere.count()), (1, 0));
}

#[test]
fn a_refused_connection_is_no_release() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(update::fetch(&url, PATIENT), None);
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let silent = Server::new(|stream| drop(stream.read(&mut [0])));
    assert_eq!(update::fetch(&silent.url, Limits { seconds: 1, ..PATIENT }), None);
    // One byte now and then is no better.
    let slow = Server::new(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(update::fetch(&slow.url, Limits { seconds: 1, ..PATIENT }), None);
}

#[test]
fn an_endless_answer_is_not_read_to_its_end() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    // Nothing tells the size beforehand.
    let endless = Server::new(move |stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while let Ok(length @ 1..) = stream.write(&[b' '; 4096]) {
            count.fetch_add(length, Ordering::Relaxed);
        }
    });
    assert_eq!(fetched(&endless), None);
    // What fills the buffers between is on top.
    assert!(sent.load(Ordering::Relaxed) < 50_000_000);
    let huge =
        Server::saying("200 OK", format!("{{\"tag_name\":\"v9.9.9\"}}{}", " ".repeat(200_000)));
    assert_eq!(fetched(&huge), None);
}

#[test]
fn only_secure_addresses_and_those_of_this_machine_are_asked() {
    let place = |url: &str| {
        let variables =
            [("AI_JAIL_UPDATE_URL", url)].map(|(name, value)| (name.into(), value.into()));
        update::place(&Environment::from_iter(variables))
    };
    for url in ["http://127.0.0.1:80/x", "http://127.9.9.9:1", "http://[::1]:8080/latest?x"] {
        assert_eq!(place(url).as_deref(), Some(url));
    }
    for url in [
        "http://10.0.0.1:80/",
        "http://localhost:80/",
        "http://127.0.0.1/",
        "http://127.0.0.1:80@example.org/",
        "http://127.0.0.1:80.example.org/",
        "https://127.0.0.1:80/",
        "https://example.org/",
        "file:///etc/passwd",
        "http://[::1]:8080@example.org/",
        "http://[::1/",
        "http://127.0.0.1:99999/",
    ] {
        assert_ne!(place(url).as_deref(), Some(url));
    }
    for url in ["file:///etc/passwd", "ftp://127.0.0.1:21/x", "http://example.org/", "--help"] {
        assert_eq!(update::fetch(url, PATIENT), None, "{url}");
    }
}

#[test]
fn a_repository_tells_where_its_releases_are() {
    let releases = |repository| update::releases(repository);
    let expected = Some("https://api.github.com/repos/some/body/releases/latest".to_owned());
    assert_eq!(releases("https://github.com/some/body"), expected);
    assert_eq!(releases("https://github.com/some/body.git"), expected);
    assert_eq!(releases("https://github.com/some/body/"), expected);
    assert_eq!(releases(""), None);
    assert_eq!(releases("https://example.org/some/body"), None);
}

#[test]
fn ci_and_those_who_do_not_want_it_are_left_alone() {
    let place = |variables: &[(&str, &str)]| {
        let local = [("AI_JAIL_UPDATE_URL", "http://127.0.0.1:1/")];
        let all = local.iter().chain(variables);
        update::place(&all.map(|(name, value)| (name.into(), value.into())).collect())
    };
    assert!(place(&[]).is_some());
    assert!(place(&[("CI", ""), ("AI_JAIL_NO_UPDATE_CHECK", "0")]).is_some());
    assert_eq!(place(&[("CI", "true")]), None);
    assert_eq!(place(&[("AI_JAIL_NO_UPDATE_CHECK", "1")]), None);
}

#[test]
fn what_is_newer() {
    let newer = |text: &str| update::is_newer(Some(&Version::parse(text).unwrap()));
    assert!(newer(&next()));
    assert!(newer("999.0.0"));
    assert!(!newer(OURS));
    assert!(!newer("0.0.1"));
    assert!(!newer("999.0.0-rc.1"), "not finished");
    assert!(!update::is_newer(None));
}

#[test]
fn a_check_keeps_and_tells_what_it_found() {
    let next = next();
    assert_eq!(
        checked(&Server::release(&format!("v{next}")).url, PATIENT),
        (b"!".to_vec(), Some(next))
    );
    assert_eq!(checked(&Server::release(OURS).url, PATIENT), (Vec::new(), Some(OURS.to_owned())));
    assert_eq!(checked(&Server::release("0.0.1").url, PATIENT), (Vec::new(), Some("0.0.1".into())));
    // That somebody asked is kept in any case.
    assert_eq!(
        checked(&Server::saying("200 OK", "?").url, PATIENT),
        (Vec::new(), Some(String::new()))
    );
}

#[test]
fn a_failed_check_does_not_forget_the_last() {
    let directory = tempfile::tempdir().unwrap();
    let known = || fs::read_to_string(directory.path().join(FILE_NAME)).unwrap();
    update::check(&Server::release("v9.9.9").url, directory.path(), PATIENT, &mut Vec::new());
    let first = known();
    assert!(first.ends_with("\n9.9.9\n"), "{first}");
    update::check(&Server::saying("500 Oops", "").url, directory.path(), PATIENT, &mut Vec::new());
    assert!(known().ends_with("\n9.9.9\n"), "{}", known());
}

#[test]
fn once_a_day() {
    let now = SystemTime::now();
    let hour = Duration::from_secs(3600);
    assert!(!update::is_due(now, now));
    assert!(!update::is_due(now - 23 * hour, now));
    assert!(update::is_due(now - 24 * hour, now));
    assert!(update::is_due(now + hour, now), "a clock was wrong");
}

/// What a launch makes of a file with this content: whether it shows the mark, and whether it asks.
fn launched(content: &[u8]) -> (bool, bool) {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join(".local/share/ai-jail");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join(FILE_NAME), content).unwrap();
    launch(home.path())
}

fn launch(home: &Path) -> (bool, bool) {
    // Nobody listens there. The process started is this test's program, which does not know the
    // words and ends.
    let variables = [("AI_JAIL_UPDATE_URL", "http://127.0.0.1:1/")];
    let environment = variables.map(|(name, value)| (name.into(), value.into()));
    let news = update::start(&Environment::from_iter(environment), Some(home));
    let asks = news.check.is_some();
    if let Some(check) = news.check {
        check.found();
    }
    (news.newer, asks)
}

fn seconds_ago(seconds: u64) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    now.as_secs() - seconds
}

#[test]
fn a_launch_uses_what_is_known() {
    let (now, old) = (seconds_ago(60), seconds_ago(100_000));
    let text = |at, version| format!("ai-jail newest 1\n{at}\n{version}\n").into_bytes();
    assert_eq!(launched(&text(now, "9.9.9")), (true, false));
    assert_eq!(launched(&text(now, OURS)), (false, false));
    assert_eq!(launched(&text(now, "")), (false, false));
    assert_eq!(launched(&text(old, "9.9.9")), (true, true));
}

#[test]
fn a_damaged_file_is_no_answer() {
    let now = seconds_ago(60);
    for content in [
        String::new(),
        "9.9.9".into(),
        format!("ai-jail newest 1\n{now}\n9.9.9"),
        format!("ai-jail newest 2\n{now}\n9.9.9\n"),
        format!("ai-jail newest 1\n{now}\n9.9.9\nmore\n"),
        format!("ai-jail newest 1\n-{now}\n9.9.9\n"),
        format!("ai-jail newest 1\n{now}\n9.9.9\x1b[2J\n"),
        format!("ai-jail newest 1\n{}\n9.9.9\n", u64::MAX),
        format!("ai-jail newest 1\n{now}\n9.9.9+{}\n", "a".repeat(100)),
        "x".repeat(2 << 20),
    ] {
        assert_eq!(launched(content.as_bytes()), (false, true), "{content:.80}");
    }
    assert_eq!(launched(b"\xff\xfe\n\n\n"), (false, true));
}

#[test]
fn a_link_in_its_place_is_not_followed() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join(".local/share/ai-jail");
    fs::create_dir_all(&directory).unwrap();
    let elsewhere = home.path().join("elsewhere");
    fs::write(&elsewhere, format!("ai-jail newest 1\n{}\n9.9.9\n", seconds_ago(60))).unwrap();
    symlink(&elsewhere, directory.join(FILE_NAME)).unwrap();
    assert_eq!(launch(home.path()), (false, true));
    update::check("http://127.0.0.1:1/", &directory, PATIENT, &mut Vec::new());
    assert!(fs::read_to_string(&elsewhere).unwrap().ends_with("9.9.9\n"), "not written through");
    assert!(directory.join(FILE_NAME).symlink_metadata().unwrap().is_file());
}

#[test]
fn what_is_kept_is_for_its_owner() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("a/b");
    update::check(&Server::release("v9.9.9").url, &directory, PATIENT, &mut Vec::new());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(mode(&directory.join(FILE_NAME)), 0o600);
}

#[test]
fn without_a_home_or_a_place_nothing_is_asked() {
    let local = [("AI_JAIL_UPDATE_URL".into(), "http://127.0.0.1:1/".into())];
    assert!(update::start(&Environment::from_iter(local), None).check.is_none());
    let home = tempfile::tempdir().unwrap();
    let off = [("AI_JAIL_NO_UPDATE_CHECK".into(), "1".into())];
    assert!(update::start(&Environment::from_iter(off), Some(home.path())).check.is_none());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}
