//! Where no network of the jail's own can be had, there are proxies, and never the open network.

use super::{Net, http};
use crate::outer_filter::{Refusal, When};

/// What stage one asks for; what bubblewrap asks for is another call.
const NAMESPACES: u32 = 0x1000_0000 | 0x0002_0000 | 0x4000_0000;

#[test]
fn proxies_stand_where_namespaces_are_refused() {
    let Some(net) = Net::new() else { return };
    let port = http(&[("/page", "the page")]);
    let rule = format!("allowed.example:{port}");
    let refused = Refusal {
        call: libc::SYS_unshare,
        when: When::Argument(0, NAMESPACES),
        errno: libc::EPERM,
    };
    let run = |script: &str| {
        let mut run = net.jail(&["--allow-host", &rule], ["sh", "-c", script]);
        refused.around(run.command());
        run.run()
    };
    let page = run(&format!("curl -sS -m 10 http://allowed.example:{port}/page"));
    assert_eq!(page.out(), "the page", "{page}");
    assert!(page.err().contains("the network is filtered by proxies"), "{page}");
    let other = run(&format!("curl -sS -m 10 -w %{{http_code}} http://evil.example:{port}/page"));
    assert!(other.out().ends_with("403"), "{other}");
    assert!(other.err().contains("evil.example"), "{other}");
    let tunnel = run(&format!(
        "curl -sS -m 10 -p -x socks5h://127.0.0.1:1080 http://allowed.example:{port}/page"
    ));
    assert_eq!(tunnel.out(), "the page", "{tunnel}");
    // A program that knows no proxies reaches nobody.
    let direct = run(&format!("curl -sS -m 10 --noproxy '*' http://127.0.0.1:{port}/page"));
    assert_ne!(direct.code(), 0, "{direct}");
}
