//! The network of a jail. Of a filtered one: what the filter is given, and what the jail sees in place of the host's name resolution.

use std::ffi::{OsStr, OsString};

use egress::dns::names::STUB;
use egress::listen::{Forward, Role};
use egress::policy::{Entry, Policy, Reach};
use egress::rule::Rule;
use egress::upstream::Upstream;

use super::environment::EnvEdit;
use super::gather::Gathered;
use super::mount::{Content, Mount, MountKind};
use super::{HOSTNAME, Plan};
use crate::fields::{List, Net, Switch};
use crate::host::Host;
use crate::host::system::NameFile;
use crate::policy::network::{self, PROXY_VARIABLES, UPSTREAM_VARIABLES};
use crate::settings::{NetworkEntry, Settings, Source};

/// The port of the proxies on the jail's loopback, where only proxies can be had: the registered one of SOCKS.
pub const PROXY_PORT: u16 = 1080;

/// The network of a jail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Network {
    /// The host's.
    Shared,
    /// What a filter lets through.
    Filtered(Box<Filter>),
    /// None.
    None,
}

impl Network {
    /// The one that is asked for.
    pub fn decide(settings: &Settings, host: &Host, warnings: &mut Vec<String>) -> Self {
        match settings.network.net.value {
            Net::Host => Self::Shared,
            Net::Filtered => Self::Filtered(Box::new(Filter::decide(settings, host, warnings))),
            Net::None => Self::None,
        }
    }

    /// Whether the builder gives the jail a network with nobody in it: what is not made before, as where a filter's
    /// own network cannot be had, is not there.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Shared => false,
            Self::Filtered(filter) => filter.proxies.is_some(),
            Self::None => true,
        }
    }

    /// Its name, as a file says it.
    pub fn word(&self) -> &'static str {
        let net = match self {
            Self::Shared => Net::Host,
            Self::Filtered(_) => Net::Filtered,
            Self::None => Net::None,
        };
        net.word()
    }

    /// The filter, if there is one.
    pub fn filter(&self) -> Option<&Filter> {
        match self {
            Self::Filtered(filter) => Some(filter),
            Self::Shared | Self::None => None,
        }
    }
}

/// What a filtered network lets through.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filter {
    /// The rules, each with what brought it.
    pub policy: Policy,
    /// Ports of the jail's loopback that lead to the host's.
    pub forwards: Vec<Forward>,
    /// Ports of the host's loopback that lead to the jail's.
    pub publishes: Vec<Forward>,
    /// The host's own proxy.
    pub upstream: Option<Upstream>,
    /// The port of the jail's loopback at which proxies stand, where a network of the jail's own cannot be had.
    pub proxies: Option<u16>,
}

impl Filter {
    /// From what was said, what the agent that is run needs, and the host's own variables. What cannot be used of
    /// the latter is a warning.
    pub fn decide(settings: &Settings, host: &Host, warnings: &mut Vec<String>) -> Self {
        let mut entries = Vec::new();
        for entry in settings.network.list(List::AllowHosts) {
            // Every entry was checked where it was read.
            let Ok((rules, reach)) = network::read(&entry.text) else { continue };
            let from = origin(entry, reach);
            entries.extend(rules.into_iter().map(|rule| Entry { rule, reach, from: from.clone() }));
        }
        for rule in host.agent.iter().flat_map(|agent| agent.row.hosts) {
            // A test reads every row.
            let Ok(rule) = Rule::parse(rule) else { continue };
            entries.push(Entry { rule, reach: Reach::Public, from: "what the agent needs".into() });
        }
        if settings.is_on(Switch::Docker) && !host.docker.is_empty() {
            warnings.push(
                "a container that is started over the Docker socket has an unfiltered network; \
                 --no-docker keeps the socket out of the jail"
                    .to_owned(),
            );
        }
        let ports =
            |list| settings.network.list(list).filter_map(|entry| Forward::parse(&entry.text).ok());
        Self {
            policy: Policy { entries },
            forwards: ports(List::ForwardPorts).collect(),
            publishes: ports(List::PublishPorts).collect(),
            upstream: upstream(host, warnings),
            proxies: None,
        }
    }

    /// The ports of the jail's loopback at which the filter listens where it has no network of the jail's own.
    pub fn listeners(&self) -> Vec<(u16, Role)> {
        let Some(port) = self.proxies else { return Vec::new() };
        let forwarded =
            |forward: &Forward| (forward.listen, Role::Forward { target: forward.target });
        [(port, Role::Proxy)].into_iter().chain(self.forwards.iter().map(forwarded)).collect()
    }
}

/// What brought an entry, in words for the user.
fn origin(entry: &NetworkEntry, reach: Reach) -> String {
    let place = match entry.source {
        Source::Flag => "--allow-host",
        Source::ProjectFile => "the project's .ai-jail",
        Source::UserFile | Source::UserCommand | Source::Remembered | Source::Default => {
            "your own ~/.ai-jail"
        }
    };
    match reach {
        Reach::AsWritten => place.to_owned(),
        Reach::Public => format!("{} of {place}", entry.text),
    }
}

/// The first of the host's variables that names a proxy.
fn upstream(host: &Host, warnings: &mut Vec<String>) -> Option<Upstream> {
    let environment = &host.origin.environment;
    let value = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let (name, value) =
        UPSTREAM_VARIABLES.iter().find_map(|name| Some((*name, value(name)?.to_string_lossy())))?;
    let no_proxy = ["no_proxy", "NO_PROXY"].into_iter().find_map(|name| environment.get(name));
    let no_proxy = no_proxy.map(OsStr::to_string_lossy).unwrap_or_default();
    match Upstream::parse(&value, &no_proxy) {
        Ok(upstream) => Some(upstream),
        Err(error) => {
            warnings.push(format!(
                "the host's proxy in {name} is not used by the filtered network: {error}"
            ));
            None
        }
    }
}

/// `/etc/resolv.conf` of the jail: the stub alone, and no domain in which names would be tried first.
fn resolv_conf() -> String {
    format!("# The network filter of ai-jail answers.\nnameserver {STUB}\n")
}

/// `/etc/hosts` of the jail: the host's own would lead past the filter, which knows names and not what stands for
/// them elsewhere.
fn hosts() -> String {
    format!(
        "# Other names are known by the network filter of ai-jail, which reads the host's file.\n\
         127.0.0.1 localhost {HOSTNAME}\n::1 localhost ip6-localhost ip6-loopback {HOSTNAME}\n"
    )
}

impl Plan {
    /// Makes the jail one with an empty network, but for proxies at this port of its loopback.
    pub fn fall_back_to_proxies(&mut self, port: u16) {
        if let Network::Filtered(filter) = &mut self.network {
            filter.proxies = Some(port);
            self.environment.extend(proxy_variables(port));
        }
    }
}

/// Adds what the jail sees in place of the host's name resolution.
pub fn gather(gathered: &mut Gathered<MountKind>, host: &Host) {
    for (file, place) in &host.name_resolution {
        let content = match file {
            NameFile::ResolvConf => resolv_conf(),
            NameFile::Hosts => hosts(),
        };
        let kind = MountKind::Replaced { content: Content(content.into_bytes()) };
        gathered.mounts.push(Mount::own(place, kind, "name resolution by the network filter"));
    }
    if let Some((place, hosts)) = &host.hosts {
        let kind = MountKind::Replaced { content: Content(with_own_name(hosts)) };
        gathered.mounts.push(Mount::own(place, kind, "the host's, and the jail's own name"));
    }
}

/// `/etc/hosts` of a jail whose names are resolved as the host's are: the host's own, and the name
/// that the jail has itself, which many programs look up.
fn with_own_name(hosts: &[u8]) -> Vec<u8> {
    let end = if hosts.is_empty() || hosts.ends_with(b"\n") { "" } else { "\n" };
    [hosts, format!("{end}127.0.1.1 {HOSTNAME}\n").as_bytes()].concat()
}

/// What programs are told where only proxies can be had.
fn proxy_variables(port: u16) -> Vec<EnvEdit> {
    let port = port.to_string();
    let set = |variable: &network::Variable| {
        let value: OsString = variable.value.replace("{port}", &port).into();
        EnvEdit::Set(variable.name.into(), value)
    };
    PROXY_VARIABLES.iter().map(set).collect()
}

#[cfg(test)]
mod tests {
    use super::with_own_name;

    #[test]
    fn the_jails_own_name_has_a_line_of_its_own() {
        for (hosts, expected) in [
            (&b""[..], &b"127.0.1.1 ai-sandbox\n"[..]),
            (b"::1 localhost\n", b"::1 localhost\n127.0.1.1 ai-sandbox\n"),
            (b"::1 localhost", b"::1 localhost\n127.0.1.1 ai-sandbox\n"),
        ] {
            assert_eq!(with_own_name(hosts), expected);
        }
    }
}
