//! The display of the desktop, and what of it no jail gets.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::doors::{Door, socket};
use super::environment::Environment;
use super::links::{self, Located};
use crate::files::{self, Symlinks};
use crate::policy::display::{
    NUMBER_OFFSET, NUMBERS_TRIED, WITHHELD, X11_SOCKETS, XAUTHORITY_REASON,
};
use crate::x11::{DisplayName, Entry, authority, cookies};

/// More than any file of keys has; a larger one is none.
const MAX_KEYS: u64 = 1 << 20;

/// What the desktop has of what the jail may have.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Display {
    /// The X11 display.
    pub x11: Option<X11>,
    /// The Wayland display.
    pub wayland: Option<Door>,
}

impl Display {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An X11 display.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct X11 {
    /// As `$DISPLAY` names it.
    pub name: DisplayName,
    /// Its socket; `None` over TCP.
    pub socket: Option<Socket>,
    /// The keys to it.
    pub keys: Vec<Entry>,
}

/// The socket of an X11 display.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Socket {
    /// Where it is.
    pub located: Located,
    /// A number at which no abstract socket listens.
    pub free_number: u32,
}

/// Something of the desktop that no mount may show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withheld {
    /// Without symbolic links.
    pub path: PathBuf,
    /// Whether it is a directory.
    pub directory: bool,
    /// Why.
    pub reason: &'static str,
}

/// X11 and Wayland, where present. `keys` is the file of keys.
pub fn display(environment: &Environment, keys: Option<&Path>) -> Display {
    let runtime = environment.path("XDG_RUNTIME_DIR");
    // A relative name is one in the runtime directory; `wl_display_connect`.
    let wayland = environment
        .get("WAYLAND_DISPLAY")
        .filter(|name| !name.is_empty())
        .map(|name| runtime.unwrap_or(Path::new("")).join(name))
        .filter(|path| path.is_absolute());
    Display {
        x11: environment.get("DISPLAY").and_then(|name| x11(name, keys)),
        wayland: wayland.and_then(|path| socket(&path, "Wayland")),
    }
}

/// Whether there is a display, without a look at what it takes to use it.
pub fn is_there(environment: &Environment) -> bool {
    !display(environment, None).is_empty()
}

fn x11(name: &OsStr, keys: Option<&Path>) -> Option<X11> {
    let name = DisplayName::parse(name)?;
    let socket = if name.host.is_some() { None } else { Some(x11_socket(name.number)?) };
    let keys = keys.map(|path| read_keys(path, &name)).unwrap_or_default();
    Some(X11 { name, socket, keys })
}

fn x11_socket(number: u32) -> Option<Socket> {
    let path = Path::new(X11_SOCKETS).join(format!("X{number}"));
    Some(Socket { located: socket(&path, "X11")?.located, free_number: free_number(number)? })
}

/// A number above the display's own at which no abstract socket listens.
fn free_number(number: u32) -> Option<u32> {
    let first = number.checked_add(NUMBER_OFFSET)?;
    (first..first.checked_add(NUMBERS_TRIED)?).find(|number| is_free(*number))
}

/// Whether the kernel refuses a connection because nobody listens: what a client in the jail will
/// be told too. Not blocking, since somebody may listen and never accept.
#[cfg(target_os = "linux")]
fn is_free(number: u32) -> bool {
    use nix::errno::Errno;
    use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, UnixAddr};
    use std::os::fd::AsRawFd;

    let name = format!("{X11_SOCKETS}/X{number}");
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let Ok(ours) = socket::socket(AddressFamily::Unix, SockType::Stream, flags, None) else {
        return false;
    };
    let Ok(address) = UnixAddr::new_abstract(name.as_bytes()) else { return false };
    socket::connect(ours.as_raw_fd(), &address) == Err(Errno::ECONNREFUSED)
}

/// Only Linux has abstract sockets.
#[cfg(not(target_os = "linux"))]
fn is_free(_: u32) -> bool {
    true
}

/// The keys in the file that open the display.
fn read_keys(path: &Path, name: &DisplayName) -> Vec<Entry> {
    let Ok(Some(file)) = files::regular(path, Symlinks::Follow, MAX_KEYS) else {
        return Vec::new();
    };
    let machine = nix::unistd::gethostname().unwrap_or_default();
    cookies::fitting(authority::parse(&file.bytes), name, machine.as_bytes())
}

/// The file of keys: where `XAUTHORITY` says, else in the home; XauFileName(3).
pub fn keys_file(environment: &Environment, home: Option<&Path>) -> Option<PathBuf> {
    let path = match environment.path("XAUTHORITY") {
        Some(path) => path.to_path_buf(),
        None => home?.join(".Xauthority"),
    };
    let path = links::locate(&path).ok()?.canonical;
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()).then_some(path)
}

/// Where `XDG_RUNTIME_DIR` leads. One that does not exist is made in the jail all the same.
pub fn runtime_directory(environment: &Environment) -> Option<Located> {
    let path = environment.path("XDG_RUNTIME_DIR")?;
    let missing =
        |_| Located { canonical: links::absolute(path, Path::new("/")), links: Vec::new() };
    Some(links::locate(path).unwrap_or_else(missing))
}

/// What the host has of the desktop that no jail gets: the file of keys, and entries of the
/// runtime directory.
pub fn withheld(runtime: Option<&Located>, keys: Option<PathBuf>) -> Vec<Withheld> {
    let hidden = |path| Withheld { path, directory: false, reason: XAUTHORITY_REASON };
    keys.map(hidden).into_iter().chain(withheld_of_runtime(runtime)).collect()
}

/// One `readdir`, and no look at the entries themselves: some are file systems of user programs,
/// which may not answer.
fn withheld_of_runtime(runtime: Option<&Located>) -> Vec<Withheld> {
    let Some(Located { canonical: runtime, .. }) = runtime else { return Vec::new() };
    let Ok(listing) = fs::read_dir(runtime) else { return Vec::new() };
    let item = |item: fs::DirEntry| {
        let name: OsString = item.file_name();
        let row = WITHHELD.iter().find(|row| name == row.path)?;
        let directory = item.file_type().ok()?.is_dir();
        Some(Withheld { path: runtime.join(name), directory, reason: row.reason })
    };
    let mut found: Vec<Withheld> = listing.flatten().filter_map(item).collect();
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}
