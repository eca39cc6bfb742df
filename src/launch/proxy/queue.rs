//! Bytes on their way from one terminal to the other.

/// Bytes that were read and not yet written.
#[derive(Debug, Default)]
pub struct Queue {
    bytes: Vec<u8>,
    /// How many of them are written already.
    written: usize,
}

impl Queue {
    /// Adds bytes at the end.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What is still to be written.
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// So many were written.
    pub fn advance(&mut self, count: usize) {
        self.written += count;
        if self.is_empty() {
            self.clear();
        }
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.written = 0;
    }
}
