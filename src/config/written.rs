//! Puts on record where a jail is about to write.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::geteuid;

use super::error::ConfigError;
use super::paths::Paths;
use super::record;
use crate::files::{self, Durability};
use crate::host::written::Written;
use crate::policy::own::WRITTEN;

/// Remembers `places`, whatever the run is: one with `--exec` writes like any other. Says whether
/// there were any that were not on record.
///
/// # Errors
///
/// There is no home for the record, or it cannot be written.
pub fn remember_written(
    known: &Written,
    places: &[PathBuf],
    paths: &Paths,
) -> Result<bool, ConfigError> {
    if places.iter().all(|place| known.could_have_made(place)) {
        return Ok(false);
    }
    let Some(records) = record::store(paths).and_then(|trust| trust.parent()) else {
        return Err(ConfigError::NoTrustStore);
    };
    let failed = |source| ConfigError::WrittenRecord { path: records.join(WRITTEN), source };
    // A record of root's would keep the home's own user from the records.
    if !paths.home.as_deref().is_some_and(is_own) {
        let why = "the home belongs to another user";
        return Err(failed(io::Error::new(ErrorKind::PermissionDenied, why)));
    }
    // Another run adds its own places at the same time.
    let _lock = record::lock(paths);
    let mut written = Written::on_record(records);
    written.add(places.iter().cloned());
    let text = written.to_record().map_err(|error| failed(error.into()))?;
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    record::private_dir(records)
        .and_then(|()| files::replace(records, WRITTEN.as_ref(), &text, mode, Durability::Memory))
        .map_err(failed)?;
    Ok(true)
}

/// Whether a directory belongs to whoever runs this.
fn is_own(directory: &Path) -> bool {
    directory.metadata().is_ok_and(|metadata| metadata.uid() == geteuid().as_raw())
}
