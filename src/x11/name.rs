//! The name of a display, as in `$DISPLAY`: `[HOST]:NUMBER[.SCREEN]`, X(7) "DISPLAY NAMES".

use std::ffi::OsStr;
use std::net::IpAddr;

/// A parsed `$DISPLAY`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DisplayName {
    /// The machine, over TCP; `None` is a socket of this one.
    pub host: Option<String>,
    /// The display.
    pub number: u32,
    /// The screen.
    pub screen: Option<u32>,
}

impl DisplayName {
    /// Parses a name; `None` where it is none that X clients would understand.
    ///
    /// The socket of a display of this machine can be meant in several ways: `:0`, `unix:0` and
    /// with a protocol before the host, `unix/:0`, as libxcb takes it.
    pub fn parse(text: &OsStr) -> Option<Self> {
        // The last colon: an IPv6 address has more of them.
        let (place, display) = text.to_str()?.rsplit_once(':')?;
        let (number, screen) = match display.split_once('.') {
            Some((number, screen)) => (number, Some(digits(screen)?)),
            None => (display, None),
        };
        let (protocol, host) = place.split_once('/').unwrap_or(("", place));
        let local = matches!(protocol, "unix" | "local") || (protocol.is_empty() && host == "unix");
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        // A second slash is a path, which only macOS has here.
        if host.contains('/') || (place.starts_with('/')) {
            return None;
        }
        let host = (!local && !host.is_empty()).then(|| host.to_owned());
        Some(Self { host, number: digits(number)?, screen })
    }

    /// The address, where the host is given as one.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.as_deref()?.parse().ok()
    }

    /// Whether a client takes the display for one of this machine, and looks for its key under
    /// the machine's name: a socket, or the loopback address that `ssh -X` uses.
    pub fn is_of_this_machine(&self) -> bool {
        match &self.host {
            None => true,
            Some(host) => host == "localhost" || self.address().is_some_and(|it| it.is_loopback()),
        }
    }

    /// The name of the display that has another number and the same screen, on this machine.
    pub fn renumbered(&self, number: u32) -> String {
        let screen = self.screen.map(|screen| format!(".{screen}")).unwrap_or_default();
        format!(":{number}{screen}")
    }
}

fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<(Option<String>, u32, Option<u32>)> {
        let name = DisplayName::parse(text.as_ref())?;
        Some((name.host, name.number, name.screen))
    }

    fn is(text: &str, host: &str, number: u32, screen: Option<u32>) {
        assert_eq!(parse(text), Some((Some(host.to_owned()), number, screen)), "{text}");
    }

    #[test]
    fn sockets() {
        for text in [":7", "unix:7", "unix/:7", "local/here:7"] {
            assert_eq!(parse(text), Some((None, 7, None)), "{text}");
        }
        assert_eq!(parse(":0.0"), Some((None, 0, Some(0))));
        assert_eq!(parse(":10.12"), Some((None, 10, Some(12))));
    }

    #[test]
    fn machines() {
        is("localhost:10.0", "localhost", 10, Some(0));
        is("far.example:0", "far.example", 0, None);
        is("tcp/far:0", "far", 0, None);
        is("192.0.2.1:0.1", "192.0.2.1", 0, Some(1));
        is("[2001:db8::1]:0", "2001:db8::1", 0, None);
        is("2001:db8::1:0", "2001:db8::1", 0, None);
    }

    #[test]
    fn nonsense() {
        for text in [
            "",
            ":",
            "7",
            ":x",
            ":7.",
            ":.0",
            ":7.x",
            ":+7",
            ":-1",
            ":7.0.0",
            ":99999999999",
            ": 7",
            "/tmp/socket:0",
            "unix:/tmp/socket:0",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn which_are_of_this_machine() {
        let is_local = |text: &str| {
            DisplayName::parse(text.as_ref()).is_some_and(|name| name.is_of_this_machine())
        };
        for text in [":0", "localhost:10", "127.0.0.1:10", "[::1]:10", "::1:10"] {
            assert!(is_local(text), "{text}");
        }
        for text in ["far:0", "192.0.2.1:0", "[2001:db8::1]:0"] {
            assert!(!is_local(text), "{text}");
        }
    }

    #[test]
    fn the_screen_stays() {
        let renumbered =
            |text: &str| DisplayName::parse(text.as_ref()).expect("a name").renumbered(1007);
        assert_eq!(renumbered(":7"), ":1007");
        assert_eq!(renumbered("unix:7.1"), ":1007.1");
    }
}
