//! Decides what a profile would. Everything that is not understood is an error, so that no test
//! passes for what was overlooked.
//!
//! Of the rules that fit, one that names the operation beats one with a wildcard, one with filters
//! beats one without, and of the rest the last decides. docs/macos.md, "The language", has the sources.

use std::collections::HashMap;
use std::ffi::OsString;
use std::rc::Rc;

use super::filters::{Filter, filter};
use super::functions::expand;
use super::operations::{Named, named, open_by_default};
use super::reader::{Expression, read};

/// What is asked. What a filter asks for and the request does not have, does not fit.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// A file's path, or a Unix socket's.
    pub path: Option<OsString>,
    /// What is there or shall be made, where it is known.
    pub vnode: Option<&'static str>,
    /// A name: of a service, a sysctl, shared memory, a class of devices, a domain of settings.
    pub name: Option<&'static str>,
    /// Whether a process is of the same sandbox.
    pub same_sandbox: bool,
    /// The extension that the process was given for this.
    pub extension: Option<&'static str>,
    /// A host and a port.
    pub address: Option<(&'static str, u16)>,
    /// A socket's domain and protocol.
    pub socket: Option<(&'static str, i64)>,
    /// Whether a service is one of the session alone.
    pub local_name: bool,
}

/// A profile.
#[derive(Debug)]
pub struct Policy {
    /// The rules that speak of each operation, in order.
    rules: HashMap<&'static str, Vec<Rule>>,
}

#[derive(Clone, Debug)]
struct Rule {
    allow: bool,
    /// How the rule calls the operation.
    named: Named,
    /// One of them is enough; none is always.
    filters: Rc<[Filter]>,
}

impl Rule {
    /// What makes one rule stronger than another, wherever they stand.
    fn strength(&self) -> (Named, bool) {
        (self.named, !self.filters.is_empty())
    }
}

/// Whether a filter fits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fit {
    No,
    /// What is published is not clear about it; a decision must not depend on it.
    Unclear,
    Yes,
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl Policy {
    /// Reads a profile, given what it calls `(param …)`.
    pub fn new(text: &str, parameters: &[(String, OsString)]) -> Result<Self, String> {
        let mut rules: HashMap<_, Vec<Rule>> = HashMap::new();
        let mut is_versioned = false;
        for expression in expand(read(text)?)? {
            let (verb, rest) = expression.call()?;
            match verb {
                "version" if rest == [Expression::Number(1)] => is_versioned = true,
                "allow" | "deny" => {
                    let (operations, filters) = rule(rest, parameters)?;
                    let filters: Rc<[Filter]> = filters.into();
                    let is_default = |(_, named): &(_, Named)| *named == Named::Default;
                    if rules.is_empty()
                        && !(operations.iter().all(is_default) && filters.is_empty())
                    {
                        return Err("no default before all else".into());
                    }
                    for (operation, named) in operations {
                        let rule = Rule { allow: verb == "allow", named, filters: filters.clone() };
                        let rules = rules.entry(operation).or_default();
                        // Behind all that are as strong: the last of those decides.
                        let place = rules.partition_point(|r| r.strength() <= rule.strength());
                        rules.insert(place, rule);
                    }
                }
                _ => return Err(format!("unknown form: {verb}")),
            }
        }
        if is_versioned { Ok(Self { rules }) } else { Err("no version".into()) }
    }

    /// Whether an operation is allowed.
    pub fn allows(&self, operation: &str, request: &Request) -> bool {
        let rules = self.rules.get(operation).map(Vec::as_slice).unwrap_or_default();
        assert!(!rules.is_empty() || open_by_default(operation), "unknown: {operation}");
        let mut unclear = Vec::new();
        for rule in rules.iter().rev() {
            match rule.fits(request) {
                Fit::No => {}
                Fit::Unclear => unclear.push(rule.allow),
                Fit::Yes => {
                    let is_clear = unclear.iter().all(|allow| *allow == rule.allow);
                    assert!(
                        is_clear,
                        "{operation} of {request:?} depends on what is not published"
                    );
                    return rule.allow;
                }
            }
        }
        assert!(open_by_default(operation), "the default fits all others");
        assert!(unclear.iter().all(|allow| *allow), "{operation} depends on what is not published");
        true
    }
}

/// An operation, and how it was named.
type Operation = (&'static str, Named);

/// The operations and the filters of a rule.
fn rule(
    words: &[Expression],
    parameters: &[(String, OsString)],
) -> Result<(Vec<Operation>, Vec<Filter>), String> {
    let is_word = |word: &&Expression| matches!(word, Expression::Symbol(_));
    let count = words.iter().take_while(is_word).count();
    let mut operations = Vec::new();
    for word in &words[..count] {
        operations.extend(named(word.symbol()?)?);
    }
    if operations.is_empty() {
        return Err("a rule about nothing".into());
    }
    let names: Vec<&str> = operations.iter().map(|(name, _)| *name).collect();
    let filters: Result<Vec<_>, _> =
        words[count..].iter().map(|words| filter(words, &names, parameters)).collect();
    Ok((operations, filters?))
}

impl Rule {
    fn fits(&self, request: &Request) -> Fit {
        let fits = self.filters.iter().map(|filter| filter.fits(request));
        if self.filters.is_empty() { Fit::Yes } else { fits.max().unwrap_or(Fit::No) }
    }
}
