//! Puts on record where a jail is about to write.

use std::path::PathBuf;

use nix::sys::stat::Mode;

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
