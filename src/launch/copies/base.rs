//! What a copy was when it was last the same as what the host has. A run in which nothing changes
//! never has it in memory of its own: the kernel copies it, and it is compared piece by piece.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
#[cfg(target_os = "linux")]
use std::{io::Seek, os::fd::OwnedFd};

#[cfg(target_os = "linux")]
use nix::sys::memfd::{MFdFlags, memfd_create};

/// Bytes that are compared at a time: few enough to stay in a processor's cache.
const PIECE: usize = 64 << 10;

/// What the copy was.
pub enum Base {
    /// There was no file to copy.
    Nothing,
    /// What the jail was given, in memory.
    #[cfg(target_os = "linux")]
    Given(File),
    /// What the jail has made of it, or was given where there are no files in memory.
    Made(Vec<u8>),
}

impl Base {
    /// What `file` says now, if that is no more than `max` bytes.
    #[cfg(target_os = "linux")]
    pub fn of(file: &File, max: u64) -> io::Result<Option<Self>> {
        let mut memory = File::from(memfd_create(c"ai-jail", MFdFlags::MFD_CLOEXEC)?);
        // One byte more tells a file that is too large, also one that grows meanwhile.
        let length = io::copy(&mut file.take(max + 1), &mut memory)?;
        memory.rewind()?;
        Ok((length <= max).then_some(Self::Given(memory)))
    }

    /// What `file` says now, if that is no more than `max` bytes.
    #[cfg(not(target_os = "linux"))]
    pub fn of(file: &File, max: u64) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        file.take(max + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= max).then_some(Self::Made(bytes)))
    }

    /// What the jail is given, at its start. Whoever reads it moves that for everybody, so here
    /// only [`FileExt::read_exact_at`] and the like are used.
    #[cfg(target_os = "linux")]
    pub fn given(&self) -> Option<io::Result<OwnedFd>> {
        match self {
            Self::Given(file) => Some(file.try_clone().map(Into::into)),
            Self::Nothing | Self::Made(_) => None,
        }
    }

    /// The whole content; nothing where there was no file.
    pub fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::Nothing => Ok(Cow::Borrowed(&[])),
            Self::Made(bytes) => Ok(Cow::Borrowed(bytes)),
            #[cfg(target_os = "linux")]
            Self::Given(file) => {
                let mut bytes = vec![0; length(file)?];
                file.read_exact_at(&mut bytes, 0)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Whether `copy` says the same.
    pub fn is_in(&self, copy: &File) -> io::Result<bool> {
        let size = match self {
            Self::Nothing => return Ok(false),
            #[cfg(target_os = "linux")]
            Self::Given(file) => length(file)?,
            Self::Made(bytes) => bytes.len(),
        };
        if length(copy)? != size {
            return Ok(false);
        }
        let mut said = vec![0; PIECE.min(size)];
        #[cfg(target_os = "linux")]
        let mut was = said.clone();
        for start in (0..size).step_by(PIECE) {
            let piece = ..PIECE.min(size - start);
            match copy.read_exact_at(&mut said[piece], start as u64) {
                // Somebody is making it smaller.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                result => result?,
            }
            let was = match self {
                #[cfg(target_os = "linux")]
                Self::Given(file) => {
                    file.read_exact_at(&mut was[piece], start as u64)?;
                    &was[piece]
                }
                Self::Made(bytes) => &bytes[start..][piece],
                Self::Nothing => &[],
            };
            if said[piece] != *was {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn length(file: &File) -> io::Result<usize> {
    usize::try_from(file.metadata()?.len()).map_err(io::Error::other)
}
