//! The statuses with which the front itself ends; any other is the command's own.

/// Wrong usage of the command line.
pub const USAGE: u8 = 2;
/// ai-jail itself failed: the command did not run, or its end is not known.
pub const FAILURE: u8 = 125;
