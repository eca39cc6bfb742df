//! Text attributes, as `CSI … m` sets them.

use std::fmt::Write as _;

use vte::Params;

/// A colour that was asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Colour {
    #[default]
    Default,
    /// The parameter itself: 30 to 37, 90 to 97, 40 to 47, 100 to 107.
    Named(u16),
    Indexed(u16),
    Rgb(u16, u16, u16),
}

/// One on-off attribute: bold is 1, off again with 22.
#[derive(Clone, Copy)]
struct Flag {
    on: u16,
    off: u16,
}

/// Every on-off attribute. Of two with the same `off`, that one ends both.
const FLAGS: [Flag; 10] = [
    Flag { on: 1, off: 22 },
    Flag { on: 2, off: 22 },
    Flag { on: 3, off: 23 },
    Flag { on: 5, off: 25 },
    Flag { on: 6, off: 25 },
    Flag { on: 7, off: 27 },
    Flag { on: 8, off: 28 },
    Flag { on: 9, off: 29 },
    Flag { on: 51, off: 54 },
    Flag { on: 53, off: 55 },
];

/// The attributes with which the next character is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Attributes {
    flags: [bool; FLAGS.len()],
    /// 0 is none, then single, double, curly, dotted, dashed.
    underline: u16,
    foreground: Colour,
    background: Colour,
    underline_colour: Colour,
}

impl Attributes {
    /// Takes in one `CSI … m`.
    pub fn apply(&mut self, params: &Params) {
        let mut params = params.iter();
        while let Some(param) = params.next() {
            match *param {
                [0] | [] => *self = Self::default(),
                [4] => self.underline = 1,
                [4, style, ..] => self.underline = style,
                [21] => self.underline = 2,
                [24] => self.underline = 0,
                [named @ (30..=37 | 90..=97)] => self.foreground = Colour::Named(named),
                [named @ (40..=47 | 100..=107)] => self.background = Colour::Named(named),
                [39] => self.foreground = Colour::Default,
                [49] => self.background = Colour::Default,
                [59] => self.underline_colour = Colour::Default,
                [which @ (38 | 48 | 58), ref rest @ ..] => {
                    let colour = if rest.is_empty() {
                        spread(&mut params.by_ref().filter_map(|param| param.first().copied()))
                    } else {
                        joined(rest)
                    };
                    let Some(colour) = colour else { continue };
                    match which {
                        38 => self.foreground = colour,
                        48 => self.background = colour,
                        _ => self.underline_colour = colour,
                    }
                }
                [number, ..] => self.flag(number),
            }
        }
    }

    fn flag(&mut self, number: u16) {
        for (set, flag) in self.flags.iter_mut().zip(FLAGS) {
            if number == flag.on {
                *set = true;
            } else if number == flag.off {
                *set = false;
            }
        }
    }

    /// The `CSI … m` that sets these attributes whatever was set before.
    pub fn sequence(&self) -> String {
        let mut text = String::from("\x1b[0");
        for (_, flag) in self.flags.iter().zip(FLAGS).filter(|(set, _)| **set) {
            let _ = write!(text, ";{}", flag.on);
        }
        match self.underline {
            0 => {}
            1 => text.push_str(";4"),
            style => {
                let _ = write!(text, ";4:{style}");
            }
        }
        for (which, colour) in [(38, self.foreground), (48, self.background)] {
            let _ = match colour {
                Colour::Default => Ok(()),
                Colour::Named(number) => write!(text, ";{number}"),
                Colour::Indexed(index) => write!(text, ";{which};5;{index}"),
                Colour::Rgb(red, green, blue) => write!(text, ";{which};2;{red};{green};{blue}"),
            };
        }
        // With colons, so that a terminal that does not know 58 does not take what follows
        // for attributes.
        let _ = match self.underline_colour {
            Colour::Default | Colour::Named(_) => Ok(()),
            Colour::Indexed(index) => write!(text, ";58:5:{index}"),
            Colour::Rgb(red, green, blue) => write!(text, ";58:2::{red}:{green}:{blue}"),
        };
        text.push('m');
        text
    }
}

/// A colour in parameters of their own: `38;5;N` or `38;2;R;G;B`.
fn spread(params: &mut dyn Iterator<Item = u16>) -> Option<Colour> {
    match params.next()? {
        5 => Some(Colour::Indexed(params.next()?)),
        2 => Some(Colour::Rgb(params.next()?, params.next()?, params.next()?)),
        _ => None,
    }
}

/// A colour in sub-parameters: `38:5:N`, `38:2:R:G:B` or, with a colour space, `38:2:S:R:G:B`.
fn joined(rest: &[u16]) -> Option<Colour> {
    match *rest {
        [5, index, ..] => Some(Colour::Indexed(index)),
        [2, red, green, blue] | [2, _, red, green, blue, ..] => Some(Colour::Rgb(red, green, blue)),
        _ => None,
    }
}
