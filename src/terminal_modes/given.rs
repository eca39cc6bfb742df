//! One escape or control sequence in its parts.

use crate::sequences::ESC;

/// A sequence, without the control characters that a terminal obeys in its midst.
#[derive(Debug)]
pub struct Given<'a> {
    /// `[` for a control sequence; an escape sequence has none.
    pub control: bool,
    /// `<`, `=`, `>` or `?` in front of the numbers.
    pub private: Option<u8>,
    numbers: &'a [u8],
    /// What stands between the numbers and the last byte.
    pub intermediates: &'a [u8],
    /// The last byte, which says what the sequence does.
    pub last: u8,
}

impl<'a> Given<'a> {
    /// Takes a whole sequence apart; `plain` is room for the bytes that count.
    pub fn read(raw: &[u8], plain: &'a mut Vec<u8>) -> Option<Self> {
        let counts = |byte: &&u8| matches!(byte, b' '..=b'~');
        plain.clear();
        // The form in two bytes stands for `ESC` and another.
        let rest = if raw.first() == Some(&ESC) {
            &raw[1..]
        } else {
            plain.push(raw.get(1)?.checked_sub(0x40)?);
            &raw[2..]
        };
        plain.extend(rest.iter().filter(counts));
        let (&last, before) = plain.split_last()?;
        let (control, body) = match before {
            [b'[', body @ ..] => (true, body),
            body => (false, body),
        };
        let (private, body) = match body {
            [private @ b'<'..=b'?', body @ ..] => (Some(*private), body),
            body => (None, body),
        };
        let end = body.iter().position(|byte| *byte < b'0').unwrap_or(body.len());
        let (numbers, intermediates) = body.split_at(end);
        Some(Self { control, private, numbers, intermediates, last })
    }

    /// The numbers; one that is not given is 0.
    pub fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        self.numbers.split(|byte| matches!(byte, b';' | b':')).map(number)
    }

    /// A number, where it is given.
    pub fn number(&self, index: usize) -> Option<u16> {
        let mut fields = self.numbers.split(|byte| *byte == b';');
        fields.nth(index).filter(|field| !field.is_empty()).map(number)
    }
}

/// Digits; more than a number holds is its most.
fn number(digits: &[u8]) -> u16 {
    let digits = digits.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: u16, digit| {
        number.saturating_mul(10).saturating_add(u16::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_sequence() {
        let mut plain = Vec::new();
        for raw in [&b"\x1b[?1000;;0069$p"[..], b"\xc2\x9b?1\n000;;0069\x7f$p"] {
            let given = Given::read(raw, &mut plain).expect("a sequence");
            assert!(given.control);
            assert_eq!(
                (given.private, given.intermediates, given.last),
                (Some(b'?'), &b"$"[..], b'p')
            );
            assert_eq!(given.numbers().collect::<Vec<_>>(), [1000, 0, 69]);
            assert_eq!(
                (given.number(0), given.number(1), given.number(3)),
                (Some(1000), None, None)
            );
        }
        let given = Given::read(b"\x1b=", &mut plain).expect("a sequence");
        assert_eq!((given.control, given.last), (false, b'='));
        assert_eq!(
            Given::read(b"\x1b[99999999999c", &mut plain).expect("one").number(0),
            Some(u16::MAX)
        );
    }
}
