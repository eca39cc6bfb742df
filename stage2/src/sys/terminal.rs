//! The system calls of terminals.

use std::ffi::{CStr, CString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};

use super::check;
use crate::terminal::{Attributes, Size};

/// `tcgetattr(3)`.
pub fn attributes(terminal: impl AsFd) -> io::Result<Attributes> {
    let termios = termios(&terminal)?;
    Ok(Attributes {
        input: termios.c_iflag,
        output: termios.c_oflag,
        control: termios.c_cflag,
        local: termios.c_lflag,
        characters: termios.c_cc.to_vec(),
        speed: [termios.c_ispeed, termios.c_ospeed],
    })
}

/// `tcsetattr(3)`, at once: nothing typed is thrown away, and nothing waits for a terminal that
/// shows nothing.
pub fn set_attributes(terminal: impl AsFd, attributes: &Attributes) -> io::Result<()> {
    // What has no place in `Attributes` stays as it is.
    let mut termios = termios(&terminal)?;
    termios.c_iflag = attributes.input;
    termios.c_oflag = attributes.output;
    termios.c_cflag = attributes.control;
    termios.c_lflag = attributes.local;
    [termios.c_ispeed, termios.c_ospeed] = attributes.speed;
    for (character, value) in termios.c_cc.iter_mut().zip(&attributes.characters) {
        *character = *value;
    }
    let descriptor = terminal.as_fd().as_raw_fd();
    // SAFETY: the kernel reads the structure, which outlives the call.
    check(unsafe { libc::tcsetattr(descriptor, libc::TCSANOW, &raw const termios) }).map(drop)
}

fn termios(terminal: impl AsFd) -> io::Result<libc::termios> {
    let mut termios = MaybeUninit::<libc::termios>::zeroed();
    // SAFETY: the kernel writes the structure, which outlives the call.
    check(unsafe { libc::tcgetattr(terminal.as_fd().as_raw_fd(), termios.as_mut_ptr()) })?;
    // SAFETY: all zero is a value of this type, and now it is filled in.
    Ok(unsafe { termios.assume_init() })
}

/// `TIOCGWINSZ(2const)`.
pub fn size(terminal: impl AsFd) -> io::Result<Size> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    let descriptor = terminal.as_fd().as_raw_fd();
    // SAFETY: the kernel writes the structure, which outlives the call.
    check(unsafe { libc::ioctl(descriptor, libc::TIOCGWINSZ, &raw mut size) })?;
    let libc::winsize { ws_row, ws_col, ws_xpixel, ws_ypixel } = size;
    Ok(Size { rows: ws_row, columns: ws_col, width: ws_xpixel, height: ws_ypixel })
}

/// `TIOCSWINSZ(2const)`: tells the foreground of the terminal, if the size is another one.
pub fn set_size(terminal: impl AsFd, size: Size) -> io::Result<()> {
    let Size { rows, columns, width, height } = size;
    let size = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: width, ws_ypixel: height };
    let descriptor = terminal.as_fd().as_raw_fd();
    // SAFETY: the kernel reads the structure, which outlives the call.
    check(unsafe { libc::ioctl(descriptor, libc::TIOCSWINSZ, &raw const size) }).map(drop)
}

/// `TIOCSCTTY(2const)`: makes it the controlling terminal of the session that this process leads.
#[allow(clippy::useless_conversion)] // on macOS the number has another type
pub fn make_controlling(terminal: impl AsFd) -> io::Result<()> {
    let descriptor = terminal.as_fd().as_raw_fd();
    let request = libc::TIOCSCTTY.into();
    // SAFETY: touches no memory; 0 takes the terminal from nobody.
    check(unsafe { libc::ioctl(descriptor, request, 0) }).map(drop)
}

/// `ptsname(3)`: where the other side of a terminal can be opened.
pub fn slave_name(master: impl AsFd) -> io::Result<CString> {
    // SAFETY: the text is the C library's and valid until the next call; this process has one
    // thread.
    let name = unsafe { libc::ptsname(master.as_fd().as_raw_fd()) };
    if name.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a text that ends in a zero byte.
    Ok(unsafe { CStr::from_ptr(name) }.to_owned())
}
