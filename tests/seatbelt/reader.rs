//! Reads the notation of profiles: lists, symbols, numbers, strings.

/// One expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expression {
    Symbol(String),
    Number(i64),
    /// `"…"` with escapes, or `#"…"` without.
    Text(String),
    List(Vec<Expression>),
}

/// Everything in a text. What is not understood is an error.
pub fn read(text: &str) -> Result<Vec<Expression>, String> {
    let mut reader = Reader { rest: text };
    let mut found = Vec::new();
    while let Some(expression) = reader.expression()? {
        found.push(expression);
    }
    if reader.rest.is_empty() { Ok(found) } else { Err(format!("unmatched: {}", reader.rest)) }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with(';') {
                return;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }

    /// The next one; `None` at the end of the text or of a list.
    fn expression(&mut self) -> Result<Option<Expression>, String> {
        self.skip();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        match first {
            ')' => Ok(None),
            '(' => {
                self.rest = &self.rest[1..];
                let mut items = Vec::new();
                while let Some(item) = self.expression()? {
                    items.push(item);
                }
                self.rest = self.rest.strip_prefix(')').ok_or("a list without an end")?;
                Ok(Some(Expression::List(items)))
            }
            '"' => {
                self.rest = &self.rest[1..];
                self.text(true).map(Some)
            }
            '#' if self.rest.starts_with("#\"") => {
                self.rest = &self.rest[2..];
                self.text(false).map(Some)
            }
            _ => self.word().map(Some),
        }
    }

    fn text(&mut self, escapes: bool) -> Result<Expression, String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((index, char)) = chars.next() {
            match char {
                '"' => {
                    self.rest = &self.rest[index + 1..];
                    return Ok(Expression::Text(text));
                }
                '\\' if escapes => match chars.next() {
                    Some((_, plain @ ('"' | '\\'))) => text.push(plain),
                    other => return Err(format!("an escape that is not known: {other:?}")),
                },
                _ => text.push(char),
            }
        }
        Err("a string without an end".into())
    }

    fn word(&mut self) -> Result<Expression, String> {
        let is_end = |char: char| char.is_whitespace() || "()\";".contains(char);
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Ok(number) = word.parse() {
            return Ok(Expression::Number(number));
        }
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "-*_?!".contains(char);
        if word.is_empty() || !word.chars().all(is_plain) {
            return Err(format!("a word that is not known: {word:?}"));
        }
        Ok(Expression::Symbol(word.to_owned()))
    }
}

impl Expression {
    /// A list's first symbol and the rest.
    pub fn call(&self) -> Result<(&str, &[Expression]), String> {
        match self {
            Self::List(items) => match items.split_first() {
                Some((Self::Symbol(name), rest)) => Ok((name, rest)),
                _ => Err(format!("no call: {self:?}")),
            },
            _ => Err(format!("no call: {self:?}")),
        }
    }

    pub fn symbol(&self) -> Result<&str, String> {
        match self {
            Self::Symbol(name) => Ok(name),
            _ => Err(format!("no symbol: {self:?}")),
        }
    }
}
