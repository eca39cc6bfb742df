//! Variables about proxies: those of the host, which the filter uses in the jail's stead, and those that
//! programs in the jail get where only proxies can be had.

/// A variable, and whose it is.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value; `{port}` stands for the proxies' port.
    pub value: &'static str,
    /// Which programs read it.
    pub reason: &'static str,
}

/// The host's own, the strongest first. Credentials may be in them, so the jail gets none.
pub const UPSTREAM_VARIABLES: &[&str] =
    &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"];

const PROXY: &str = "http://127.0.0.1:{port}";
const SOCKS: &str = "socks5h://127.0.0.1:{port}";
const LOCAL: &str = "localhost,127.0.0.1,::1";

/// What programs in the jail get where only proxies can be had.
pub const PROXY_VARIABLES: &[Variable] = &[
    row("http_proxy", PROXY, "curl, wget, git, pip, apt: plain HTTP"),
    row("https_proxy", PROXY, "the same for HTTPS"),
    row("HTTP_PROXY", PROXY, "Go, Node.js's own, requests, npm"),
    row("HTTPS_PROXY", PROXY, "the same for HTTPS"),
    row("all_proxy", SOCKS, "curl and others for everything else"),
    row("ALL_PROXY", SOCKS, "the same, of programs that read upper case alone"),
    row("no_proxy", LOCAL, "the jail's own servers are reached directly"),
    row("NO_PROXY", LOCAL, "the same, of programs that read upper case alone"),
    row("NODE_USE_ENV_PROXY", "1", "Node.js 24: fetch and http go by the variables above"),
    row("npm_config_proxy", PROXY, "npm and pnpm"),
    row("npm_config_https_proxy", PROXY, "npm and pnpm for HTTPS"),
    row("npm_config_noproxy", LOCAL, "npm and pnpm: the jail's own registries"),
    row("YARN_HTTP_PROXY", PROXY, "Yarn 2 and later"),
    row("YARN_HTTPS_PROXY", PROXY, "Yarn 2 and later for HTTPS"),
    row("CARGO_HTTP_PROXY", PROXY, "cargo"),
    row("PIP_PROXY", PROXY, "pip"),
    row("GRPC_PROXY", PROXY, "gRPC's C core"),
    row(
        "JAVA_TOOL_OPTIONS",
        "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort={port} -Dhttps.proxyHost=127.0.0.1 \
         -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts=localhost|127.*|[::1]",
        "the JVM, which reads no variables of the shell's",
    ),
    row(
        "GIT_SSH_COMMAND",
        "ssh -o ProxyCommand='nc -X 5 -x 127.0.0.1:{port} %h %p'",
        "git over ssh, by OpenBSD's nc, which macOS has too",
    ),
];

const fn row(name: &'static str, value: &'static str, reason: &'static str) -> Variable {
    Variable { name, value, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_leads_to_the_proxies_or_past_them() {
        for variable in PROXY_VARIABLES {
            let leads = variable.value.contains("127.0.0.1") || variable.value == "1";
            assert!(leads && !variable.reason.is_empty(), "{}", variable.name);
        }
        let lacks = |name: &&str| PROXY_VARIABLES.iter().all(|variable| variable.name != *name);
        assert!(!UPSTREAM_VARIABLES.iter().any(lacks), "the host's are replaced");
    }
}
