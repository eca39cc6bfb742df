//! `--explain HOST[:PORT]`: whether the jail may reach a host, and which rule decides.

use std::fmt;
use std::net::IpAddr;

use egress::event::at;
use egress::name::Name;
use egress::policy::{Decision, Destination};
use serde::Serialize;

use crate::plan::Network;
use crate::plan::network::Filter;
use crate::views::output::View;

/// Where no port is given.
const HTTPS: u16 = 443;

/// What was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// The host.
    pub destination: Destination,
    /// Its port.
    pub port: u16,
}

impl Question {
    /// Reads `HOST`, `HOST:PORT`, an address or `[ADDRESS]:PORT`; `None` for what can only be a path. A name needs a
    /// dot or a port, or it could be that of a file.
    pub fn read(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self { destination: address_of(address), port: HTTPS });
        }
        if let Some((address, port)) =
            text.strip_prefix('[').and_then(|inner| inner.split_once("]:"))
        {
            let address: IpAddr = address.parse().ok()?;
            return Some(Self { destination: address_of(address), port: port.parse().ok()? });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        if port.is_none() && !host.trim_end_matches('.').contains('.') {
            return None;
        }
        let destination = match host.parse::<IpAddr>() {
            Ok(address) => address_of(address),
            Err(_) => Destination::Name(Name::parse(host).ok()?),
        };
        Some(Self { destination, port: port.unwrap_or(HTTPS) })
    }
}

fn address_of(address: IpAddr) -> Destination {
    Destination::Address(address.to_canonical())
}

/// The answer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Answer {
    /// Host and port.
    host: String,
    /// The network that the jail has.
    network: &'static str,
    /// Whether the jail may connect.
    allowed: bool,
    /// The rule that allows it.
    rule: Option<String>,
    /// What brought the rule.
    from: Option<String>,
    /// Why it is refused.
    why: Option<String>,
    /// What would allow it.
    #[serde(rename = "to_change_it")]
    change: Option<String>,
    /// What else there is to know.
    notes: Vec<&'static str>,
}

impl Answer {
    /// What a jail with this network says to the question.
    pub fn new(question: &Question, network: &Network) -> Self {
        let Question { destination, port } = question;
        let mut answer = Self {
            host: at(destination, *port),
            network: network.word(),
            allowed: *network == Network::Shared,
            rule: None,
            from: None,
            why: None,
            change: None,
            notes: Vec::new(),
        };
        match network {
            Network::Shared => {}
            Network::None => {
                answer.why = Some("the jail has no network".into());
                answer.change = Some(allow(destination, *port));
            }
            Network::Filtered(filter) => answer.filtered(question, filter),
        }
        answer
    }

    fn filtered(&mut self, Question { destination, port }: &Question, filter: &Filter) {
        if let Destination::Name(name) = destination {
            if name.is_localhost() {
                self.why = Some("localhost is the jail's own".into());
                self.change = Some(format!("--forward-port {port}"));
                return;
            }
        }
        match filter.policy.decide(destination, *port) {
            Decision::Allowed { by } => {
                let entry = &filter.policy.entries[by];
                self.allowed = true;
                self.rule = Some(entry.rule.to_string());
                self.from = Some(entry.from.clone());
                if matches!(destination, Destination::Name(_)) {
                    self.notes.push("where the name leads is checked when a connection is made");
                }
            }
            Decision::Refused(why) => {
                self.why = Some(why.to_string());
                let is_loopback = matches!(why, egress::policy::Why::Loopback);
                self.change = Some(if is_loopback {
                    format!("--forward-port {port}")
                } else {
                    allow(destination, *port)
                });
            }
        }
    }
}

/// The flag that allows a destination.
fn allow(destination: &Destination, port: u16) -> String {
    match port {
        80 | 443 => format!("--allow-host {destination}"),
        _ => format!("--allow-host {}", at(destination, port)),
    }
}

impl View for Answer {
    fn text(&self, _colour: bool) -> String {
        self.to_string()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.host)?;
        let mut row = |name: &str, text: &str| writeln!(f, "  {name:<12}  {text}");
        row("in the jail", if self.allowed { "can be reached" } else { "cannot be reached" })?;
        row("network", self.network)?;
        if let (Some(rule), Some(from)) = (&self.rule, &self.from) {
            row("rule", &format!("{rule} ({from})"))?;
        }
        for (name, text) in [("reason", &self.why), ("to change it", &self.change)] {
            text.iter().try_for_each(|text| row(name, text))?;
        }
        self.notes.iter().try_for_each(|note| row("note", note))
    }
}

#[cfg(test)]
mod tests {
    use egress::policy::{Entry, Policy, Reach};
    use egress::rule::Rule;

    use super::*;

    fn asked(text: &str) -> Question {
        Question::read(text).expect(text)
    }

    fn filtered() -> Network {
        let rule = Rule::parse("*.example.com").expect("a rule");
        let from = "--allow-host".to_owned();
        let entries = vec![Entry { rule, reach: Reach::AsWritten, from }];
        Network::Filtered(Box::new(Filter { policy: Policy { entries }, ..Filter::default() }))
    }

    #[test]
    fn hosts_are_told_from_paths() {
        for (text, shown) in [
            ("example.com", "example.com:443"),
            ("db:5432", "db:5432"),
            ("10.0.0.1", "10.0.0.1:443"),
            ("::1", "[::1]:443"),
            ("[2001:db8::1]:22", "[2001:db8::1]:22"),
            ("::ffff:10.0.0.1", "10.0.0.1:443"),
        ] {
            let Question { destination, port } = asked(text);
            assert_eq!(at(&destination, port), shown);
        }
        for text in ["src", ".env", "./example.com", "a/b.c", "", "name:", "a:b:c", "~/x"] {
            assert_eq!(Question::read(text), None, "{text}");
        }
    }

    #[test]
    fn an_answer_names_the_rule_or_what_would_be_one() {
        let answer = Answer::new(&asked("a.example.com"), &filtered()).to_string();
        assert_eq!(
            answer,
            "a.example.com:443\n  in the jail   can be reached\n  network       filtered\n  rule          \
             *.example.com (--allow-host)\n  note          where the name leads is checked when a connection is made\n"
        );
        let answer = Answer::new(&asked("example.com:22"), &filtered()).to_string();
        assert!(answer.contains("cannot be reached"), "{answer}");
        assert!(answer.contains("to change it  --allow-host example.com:22\n"), "{answer}");
        let answer = Answer::new(&asked("127.0.0.1:5432"), &filtered()).to_string();
        assert!(answer.contains("--forward-port 5432"), "{answer}");
        let answer = Answer::new(&asked("example.org"), &Network::Shared).to_string();
        assert!(answer.contains("can be reached\n  network       host\n"), "{answer}");
    }
}
