//! Real-jail tests.
