//! Asking for the newest release.

use std::io::Read;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use semver::Version;
use serde::Deserialize;

use super::cache;
use crate::host::system_owned;

/// Where curl is looked for. Not along `PATH`: this runs outside any jail, and a project may have
/// put a directory of its own there.
const CURL: [&str; 4] =
    ["/usr/bin/curl", "/bin/curl", "/run/current-system/sw/bin/curl", "/usr/local/bin/curl"];

/// What curl may know of our environment: which way the network is.
const PASSED: [&str; 9] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
];

/// How patient a check is.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Seconds for all of it.
    pub seconds: u32,
    /// Bytes of an answer.
    pub bytes: u32,
}

impl Limits {
    /// A release with many files is described in tens of kilobytes.
    pub const USUAL: Self = Self { seconds: 10, bytes: 1 << 20 };
}

/// What the releases' place says.
#[derive(Debug, Eq, PartialEq)]
pub struct Answer {
    /// The newest release.
    pub version: Version,
}

/// Asks this place; `None` whatever goes wrong.
pub fn fetch(url: &str, limits: Limits) -> Option<Answer> {
    let (protocol, local) = match url {
        _ if url.starts_with("https://") => ("=https", false),
        _ if is_local(url) => ("=http", true),
        _ => return None,
    };
    let is_the_systems = |path: &&&str| system_owned::check(Path::new(path)).is_ok();
    let mut curl = Command::new(CURL.iter().find(is_the_systems)?);
    // The user's own settings of curl stay out of it (--disable must be the first), redirections
    // are not followed, and no address is anything but one.
    curl.args(["--disable", "--silent", "--fail", "--globoff"])
        .args(["--proto", protocol])
        .args(["--max-time", &limits.seconds.to_string()])
        .args(["--max-filesize", &limits.bytes.to_string()])
        .args(["--header", "Accept: application/json"])
        .args(["--user-agent", concat!("ai-jail/", env!("CARGO_PKG_VERSION"))])
        .args(["--write-out", "\n%{http_code}"])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if local {
        curl.args(["--noproxy", "*"]);
    }
    for name in PASSED {
        curl.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    let mut child = curl.arg("--url").arg(url).spawn().ok()?;
    let mut answer = Vec::new();
    // --max-filesize binds older versions only where the server tells the size.
    let most = u64::from(limits.bytes) + 64;
    let read = child.stdout.take()?.take(most + 1).read_to_end(&mut answer);
    if read.is_err() || answer.len() as u64 > most {
        let _ = child.kill();
    }
    let ended_well = child.wait().ok()?.success();
    parse(&answer).filter(|_| ended_well)
}

#[derive(Deserialize)]
struct Release {
    tag_name: String,
}

/// The answer with its status behind it.
fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.iter().rposition(|byte| *byte == b'\n')?;
    let (body, status) = answer.split_at(end);
    if status != b"\n200" {
        return None;
    }
    let Release { tag_name } = serde_json::from_slice(body).ok()?;
    let version = tag_name.strip_prefix('v').unwrap_or(&tag_name);
    let version = Version::parse(version).ok().filter(|_| version.len() <= cache::LONGEST)?;
    Some(Answer { version })
}

/// Whether an address is plain HTTP to this machine, by number: a name could lead anywhere.
pub fn is_local(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once("]:") {
            Some(parts) => parts,
            None => return false,
        },
        None => match authority.split_once(':') {
            Some(parts) => parts,
            None => return false,
        },
    };
    let address: Option<IpAddr> = host.parse().ok();
    address.is_some_and(|address| address.is_loopback()) && port.parse::<u16>().is_ok()
}
