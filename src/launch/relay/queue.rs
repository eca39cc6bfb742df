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

    /// Where bytes are added at the end.
    pub fn end(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_gone_and_the_rest_waits() {
        let mut queue = Queue::default();
        assert!(queue.is_empty());
        queue.push(b"abc");
        queue.advance(1);
        queue.push(b"d");
        assert_eq!(queue.waiting(), b"bcd");
        queue.advance(3);
        assert!(queue.is_empty());
        queue.push(b"e");
        assert_eq!(queue.waiting(), b"e");
        queue.clear();
        assert!(queue.is_empty());
    }
}
