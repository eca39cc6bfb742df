//! Host names in their one normal form.

mod punycode;

use std::fmt;

/// Bytes of a name without its trailing dot, RFC 1035 section 2.3.4.
pub const MAX_NAME: usize = 253;

/// Bytes of a label.
const MAX_LABEL: usize = 63;

/// A host name: ASCII, lower case, no trailing dot.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(String);

/// Why a text is no host name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    /// Nothing is there.
    #[error("the name is empty")]
    Empty,
    /// Two dots follow each other, or one leads.
    #[error("there is nothing between two dots of {name:?}, or before the first")]
    EmptyLabel {
        /// What was given.
        name: String,
    },
    /// Longer than a label can be.
    #[error("{label:?} has more than 63 letters between two dots")]
    LongLabel {
        /// The label.
        label: String,
    },
    /// Longer than a name can be.
    #[error("the name is {length} bytes long, and 253 is the most that DNS can carry")]
    Long {
        /// In bytes.
        length: usize,
    },
    /// A letter that host names do not have.
    #[error("{letter:?}, letter {position} of {name:?}, cannot be in a host name")]
    Letter {
        /// The letter.
        letter: char,
        /// From 1.
        position: usize,
        /// What was given.
        name: String,
    },
    /// Letters that are not ASCII.
    #[error("{name:?} has letters that DNS does not carry; write the name's ASCII form {ascii}")]
    International {
        /// What was given.
        name: String,
        /// The same in the form that goes over the wire.
        ascii: String,
    },
    /// A label begins or ends with a hyphen.
    #[error("{label:?} begins or ends with a hyphen")]
    Hyphen {
        /// The label.
        label: String,
    },
}

impl Name {
    /// Normalises a name: upper case becomes lower, and one trailing dot goes.
    ///
    /// A name with letters that are not ASCII is refused with its ASCII form: names that look alike
    /// (`раураl`) are told apart there, and a rule that is read by people must not hide that.
    ///
    /// # Errors
    ///
    /// The text is no host name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let bare = text.strip_suffix('.').unwrap_or(text);
        if bare.is_empty() {
            return Err(NameError::Empty);
        }
        if !bare.is_ascii() {
            return Err(NameError::International {
                name: text.to_owned(),
                ascii: punycode::ascii_form(bare),
            });
        }
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if let Some((index, letter)) = bare.char_indices().find(|(_, letter)| !allowed(*letter)) {
            return Err(NameError::Letter { letter, position: index + 1, name: text.to_owned() });
        }
        bare.split('.').try_for_each(|label| check_label(label, text))?;
        if bare.len() > MAX_NAME {
            return Err(NameError::Long { length: bare.len() });
        }
        Ok(Self(bare.to_ascii_lowercase()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a name below `parent`, at any depth, and not `parent` itself.
    pub fn is_below(&self, parent: &Self) -> bool {
        self.0.strip_suffix(&parent.0).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
    }

    /// Whether the name means the machine that asks, RFC 6761 section 6.3.
    pub fn is_localhost(&self) -> bool {
        self.0 == "localhost" || self.0.ends_with(".localhost")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        output.write_str(&self.0)
    }
}

fn check_label(label: &str, name: &str) -> Result<(), NameError> {
    if label.is_empty() {
        Err(NameError::EmptyLabel { name: name.to_owned() })
    } else if label.len() > MAX_LABEL {
        Err(NameError::LongLabel { label: label.to_owned() })
    } else if label.starts_with('-') || label.ends_with('-') {
        Err(NameError::Hyphen { label: label.to_owned() })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn upper_case_and_the_trailing_dot_are_normalised() {
        assert_eq!(name("API.Example.COM."), name("api.example.com"));
        assert_eq!(name("_dmarc.a-b.c").as_str(), "_dmarc.a-b.c");
    }

    #[test]
    fn what_is_no_name_says_why() {
        let said = |text: &str| Name::parse(text).expect_err(text).to_string();
        assert_eq!(said(""), "the name is empty");
        assert_eq!(said("."), "the name is empty");
        assert!(said("a..b").contains("nothing between two dots"));
        assert!(said(".a").contains("nothing between two dots"));
        assert!(said("a..").contains("nothing between two dots"));
        assert!(said("ex*.com").starts_with("'*', letter 3 of"));
        assert!(said("a b").starts_with("' ', letter 2 of"));
        assert!(said("-a.b").contains("hyphen"));
        assert!(said(&format!("{}.com", "a".repeat(64))).contains("63"));
        assert!(said(&["abc"; 64].join(".")).contains("255 bytes"));
    }

    #[test]
    fn a_name_of_253_bytes_is_one() {
        let label = "a".repeat(63);
        let long = format!("{label}.{label}.{label}.{}", "b".repeat(61));
        assert_eq!(long.len(), 253);
        assert_eq!(name(&long).as_str(), long);
    }

    #[test]
    fn an_international_name_is_refused_with_what_to_write() {
        let said = Name::parse("Bücher.example").expect_err("not ASCII").to_string();
        assert!(said.ends_with("write the name's ASCII form xn--bcher-kva.example"), "{said}");
    }

    #[test]
    fn below_is_a_matter_of_whole_labels() {
        let parent = name("example.com");
        assert!(name("a.example.com").is_below(&parent));
        assert!(name("a.b.example.com").is_below(&parent));
        assert!(!name("example.com").is_below(&parent));
        assert!(!name("badexample.com").is_below(&parent));
        assert!(!name("example.com.evil.org").is_below(&parent));
    }
}
