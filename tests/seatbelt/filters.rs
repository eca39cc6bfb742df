//! The filters of rules.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::evaluator::{Fit, Request};
use super::operations::{Kind, kind};
use super::reader::Expression;

/// What a rule asks for.
#[derive(Debug)]
pub enum Filter {
    Literal(OsString),
    Subpath(OsString),
    Prefix(OsString),
    Regex(regex_lite::Regex),
    VnodeType(String),
    Extension(String),
    GlobalName(String),
    LocalName(String),
    Name(String),
    NamePrefix(String),
    Target(String),
    Domain(String),
    Protocol(i64),
    Ip(String),
    UnixSocket(Box<Filter>),
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
}

/// Reads a filter of a rule about these operations.
pub fn filter(
    expression: &Expression,
    operations: &[&'static str],
    parameters: &[(String, OsString)],
) -> Result<Filter, String> {
    let (name, values) = expression.call()?;
    let nested = || {
        let inner = values.iter().map(|value| filter(value, operations, parameters));
        inner.collect::<Result<Vec<_>, _>>()
    };
    match (name, values) {
        ("require-all", _) => return Ok(Filter::All(nested()?)),
        ("require-any", _) => return Ok(Filter::Any(nested()?)),
        ("remote" | "local", _) => return endpoint(values, operations, parameters),
        _ => {}
    }
    let [value] = values else { return Err(format!("{name} takes one value")) };
    let about = |kinds: &[Kind]| {
        let strange = operations.iter().find(|operation| !kinds.contains(&kind(operation)));
        strange.map_or(Ok(()), |operation| Err(format!("{name} says nothing of {operation}")))
    };
    let path = || {
        about(&[Kind::File, Kind::Network])?;
        let path = text_value(value, parameters)?;
        let is_clean = path.as_bytes().starts_with(b"/")
            && (path.len() == 1 || !path.as_bytes().ends_with(b"/"));
        if is_clean { Ok(path) } else { Err(format!("no path: {path:?}")) }
    };
    let text = |kinds: &[Kind]| {
        about(kinds)?;
        match value {
            Expression::Text(text) => Ok(text.clone()),
            _ => Err(format!("{name} takes a string")),
        }
    };
    let word = |kinds: &[Kind]| {
        about(kinds)?;
        value.symbol().map(str::to_owned)
    };
    Ok(match name {
        "require-not" => Filter::Not(Box::new(filter(value, operations, parameters)?)),
        "literal" => Filter::Literal(path()?),
        "subpath" => Filter::Subpath(path()?),
        // Of sockets nobody has published one.
        "prefix" => about(&[Kind::File]).and_then(|()| path()).map(Filter::Prefix)?,
        "regex" => {
            about(&[Kind::File])?;
            Filter::Regex(regex(value, parameters)?)
        }
        "vnode-type" => Filter::VnodeType(word(&[Kind::File])?),
        "extension" => Filter::Extension(text(&[Kind::File])?),
        "global-name" => Filter::GlobalName(text(&[Kind::Mach])?),
        "local-name" => Filter::LocalName(text(&[Kind::Mach])?),
        "sysctl-name" => Filter::Name(text(&[Kind::Sysctl])?),
        "sysctl-name-prefix" => Filter::NamePrefix(text(&[Kind::Sysctl])?),
        "ipc-posix-name" => Filter::Name(text(&[Kind::Ipc])?),
        "ipc-posix-name-prefix" => Filter::NamePrefix(text(&[Kind::Ipc])?),
        "preference-domain" => Filter::Name(text(&[Kind::Preference])?),
        "iokit-registry-entry-class" => Filter::Name(text(&[Kind::Iokit])?),
        "control-name" => Filter::Name(text(&[Kind::Network])?),
        "target" => Filter::Target(word(&[Kind::Process])?),
        "socket-domain" => Filter::Domain(word(&[Kind::Socket])?),
        "socket-protocol" => match value {
            Expression::Number(number) => {
                about(&[Kind::Socket]).map(|()| Filter::Protocol(*number))?
            }
            _ => return Err("a protocol is a number".into()),
        },
        _ => return Err(format!("unknown filter: {name}")),
    })
}

/// An expression, judged byte by byte as paths are.
fn regex(
    value: &Expression,
    parameters: &[(String, OsString)],
) -> Result<regex_lite::Regex, String> {
    let text = latin(text_value(value, parameters)?.as_bytes());
    regex_lite::Regex::new(&text).map_err(|error| error.to_string())
}

/// One end of a connection.
fn endpoint(
    values: &[Expression],
    operations: &[&'static str],
    parameters: &[(String, OsString)],
) -> Result<Filter, String> {
    if let Some(strange) = operations.iter().find(|operation| kind(operation) != Kind::Network) {
        return Err(format!("an address says nothing of {strange}"));
    }
    match values {
        [Expression::Symbol(word), Expression::Text(text)] if word == "ip" => {
            let is_known = text
                .split_once(':')
                .is_some_and(|(host, port)| ["*", "localhost"].contains(&host) && is_port(port));
            if is_known { Ok(Filter::Ip(text.clone())) } else { Err(format!("address: {text}")) }
        }
        [Expression::Symbol(word), inner] if word == "unix-socket" => {
            if let ("path-regex", [value]) = inner.call()? {
                let expression = Filter::Regex(regex(value, parameters)?);
                return Ok(Filter::UnixSocket(Box::new(expression)));
            }
            Ok(Filter::UnixSocket(Box::new(filter(inner, operations, parameters)?)))
        }
        _ => Err(format!("unknown address: {values:?}")),
    }
}

fn is_port(text: &str) -> bool {
    text == "*" || text.parse::<u16>().is_ok()
}

/// A string, or a parameter that is given.
fn text_value(value: &Expression, parameters: &[(String, OsString)]) -> Result<OsString, String> {
    if let Expression::Text(text) = value {
        return Ok(text.into());
    }
    match value.call()? {
        ("param", [Expression::Text(key)]) => {
            let mut known = parameters.iter().filter(|(name, _)| name == key);
            match (known.next(), known.next()) {
                (Some((_, value)), None) => Ok(value.clone()),
                _ => Err(format!("parameter {key} is given not once")),
            }
        }
        _ => Err(format!("no path: {value:?}")),
    }
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

impl Filter {
    /// Whether it fits.
    pub fn fits(&self, request: &Request) -> Fit {
        match self {
            Self::Subpath(place) => subpath(request, place),
            Self::UnixSocket(inner) if request.path.is_some() => inner.fits(request),
            Self::UnixSocket(_) => Fit::No,
            Self::All(inner) => {
                inner.iter().map(|filter| filter.fits(request)).min().unwrap_or(Fit::Yes)
            }
            Self::Any(inner) => {
                inner.iter().map(|filter| filter.fits(request)).max().unwrap_or(Fit::No)
            }
            Self::Not(inner) => match inner.fits(request) {
                Fit::No => Fit::Yes,
                Fit::Unclear => Fit::Unclear,
                Fit::Yes => Fit::No,
            },
            _ => self.is_met(request).into(),
        }
    }

    /// The same of those that are clear.
    fn is_met(&self, request: &Request) -> bool {
        let path = request.path.as_deref().map(OsStr::as_bytes);
        let name = |wanted: &str| request.name == Some(wanted);
        match self {
            Self::Literal(place) => path == Some(place.as_bytes()),
            Self::Prefix(place) => path.is_some_and(|path| path.starts_with(place.as_bytes())),
            Self::Regex(regex) => path.is_some_and(|path| regex.is_match(&latin(path))),
            Self::VnodeType(wanted) => request.vnode == Some(wanted),
            Self::Extension(wanted) => request.extension == Some(wanted),
            Self::GlobalName(wanted) => !request.local_name && name(wanted),
            Self::LocalName(wanted) => request.local_name && name(wanted),
            Self::Name(wanted) => name(wanted),
            Self::NamePrefix(wanted) => request.name.is_some_and(|name| name.starts_with(wanted)),
            Self::Target(wanted) => match wanted.as_str() {
                "same-sandbox" => request.same_sandbox,
                other => panic!("unknown target: {other}"),
            },
            Self::Domain(wanted) => request.socket.is_some_and(|(domain, _)| domain == wanted),
            Self::Protocol(wanted) => request.socket.is_some_and(|(_, number)| number == *wanted),
            Self::Ip(wanted) => request.address.is_some_and(|(host, port)| {
                let (wanted_host, wanted_port) = wanted.split_once(':').expect("checked");
                [host, "*"].contains(&wanted_host)
                    && (wanted_port == "*" || wanted_port == port.to_string())
            }),
            Self::Subpath(_) | Self::UnixSocket(_) | Self::All(_) | Self::Any(_) | Self::Not(_) => {
                unreachable!("decided before")
            }
        }
    }
}

/// Below a place; of the place itself some say that it is meant and some that it is not.
fn subpath(request: &Request, place: &OsStr) -> Fit {
    let Some(path) = request.path.as_deref().map(OsStr::as_bytes) else { return Fit::No };
    let base = place.as_bytes().strip_suffix(b"/").unwrap_or(place.as_bytes());
    match path.strip_prefix(base) {
        Some([]) => Fit::Unclear,
        Some([b'/', ..]) => Fit::Yes,
        Some(_) | None => Fit::No,
    }
}
