//! DNS on both sides: the stub that answers the jail, and the resolver that asks for it on the
//! host.
//!
//! Own code for the little of DNS that both need: hickory-resolver brings an executor with it and
//! more than a megabyte of the binary, simple-dns every record type there is.

pub mod files;
pub mod message;
pub mod names;
pub mod resolver;
pub mod stub;
