//! Serde for `OsString` and `PathBuf` that keeps every byte.
//!
//! A name that is UTF-8 travels as a JSON string, any other as an array of its bytes: the
//! spec stays readable and a file name is never changed on the way.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One operating-system string as it travels in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Wire {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<OsString> for Wire {
    fn from(value: OsString) -> Self {
        match value.into_string() {
            Ok(text) => Self::Text(text),
            Err(raw) => Self::Bytes(raw.into_vec()),
        }
    }
}

impl From<Wire> for OsString {
    fn from(value: Wire) -> Self {
        match value {
            Wire::Text(text) => text.into(),
            Wire::Bytes(bytes) => Self::from_vec(bytes),
        }
    }
}

/// A path that serialises without losing a byte.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BytePath(pub PathBuf);

impl Serialize for BytePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::from(self.0.clone().into_os_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BytePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer).map(|wire| Self(OsString::from(wire).into()))
    }
}

/// `#[serde(with = "os_bytes::list")]` for a `Vec<OsString>`.
pub mod list {
    use super::{Deserialize, Deserializer, OsString, Serializer, Wire};

    /// Writes each string as text where it is UTF-8, otherwise as bytes.
    pub fn serialize<S: Serializer>(list: &[OsString], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().cloned().map(Wire::from))
    }

    /// Reads what [`serialize`] wrote.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<OsString>, D::Error> {
        let wires = Vec::<Wire>::deserialize(deserializer)?;
        Ok(wires.into_iter().map(OsString::from).collect())
    }
}
