//! Every ABI, on any kernel.

use super::*;

type New = (ABI, BitFlags<AccessFs>, BitFlags<AccessNet>, BitFlags<Scope>);

/// What each ABI brought: file-system rights, network rights asked for with `deny_tcp`, scopes.
fn news() -> Vec<New> {
    let none = BitFlags::EMPTY;
    let first = AccessFs::Execute
        | AccessFs::WriteFile
        | AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::RemoveDir
        | AccessFs::RemoveFile
        | AccessFs::MakeChar
        | AccessFs::MakeDir
        | AccessFs::MakeReg
        | AccessFs::MakeSock
        | AccessFs::MakeFifo
        | AccessFs::MakeBlock
        | AccessFs::MakeSym;
    let tcp = AccessNet::BindTcp | AccessNet::ConnectTcp;
    let scopes = Scope::AbstractUnixSocket | Scope::Signal;
    vec![
        (ABI::Unsupported, none, BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V1, first, BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V2, AccessFs::Refer.into(), BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V3, AccessFs::Truncate.into(), BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V4, none, tcp, BitFlags::EMPTY),
        (ABI::V5, AccessFs::IoctlDev.into(), BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V6, none, BitFlags::EMPTY, scopes),
        (ABI::V7, none, BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V8, none, BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V9, AccessFs::ResolveUnix.into(), BitFlags::EMPTY, BitFlags::EMPTY),
        (ABI::V10, none, BitFlags::EMPTY, BitFlags::EMPTY),
    ]
}

#[test]
fn each_abi_adds_its_rights_to_the_request() {
    let (mut fs, mut net, mut scopes) = (BitFlags::EMPTY, BitFlags::EMPTY, BitFlags::EMPTY);
    for (number, (abi, new_fs, new_net, new_scopes)) in (0..).zip(news()) {
        assert_eq!(ABI::from(number), abi);
        fs |= new_fs;
        net |= new_net;
        scopes |= new_scopes;
        let strict = request(abi, true);
        assert_eq!((strict.fs, strict.net, strict.scopes), (fs, net, scopes), "ABI {abi}");
        let lenient = request(abi, false);
        assert_eq!(lenient.net, BitFlags::EMPTY, "ABI {abi}");
        assert_eq!((lenient.fs, lenient.scopes), (fs, scopes), "ABI {abi}");
    }
}

#[test]
fn the_table_ends_with_the_newest_abi() {
    assert_eq!(news().last().unwrap().0, NEWEST);
    assert_eq!(ABI::from(i32::MAX), NEWEST, "the crate knows an ABI that NEWEST does not");
}

#[test]
fn what_an_old_kernel_lacks_is_named() {
    let missing = |abi, deny_tcp| request(ABI::from(abi), deny_tcp).missing.len();
    assert_eq!(
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|abi| missing(abi, true)),
        [5, 4, 3, 2, 1, 0, 0, 0, 0, 0]
    );
    // Without deny_tcp nobody misses ABI 4.
    assert_eq!([1, 2, 3, 4, 5, 6].map(|abi| missing(abi, false)), [4, 3, 2, 2, 1, 0]);
}

#[test]
fn read_only_never_includes_a_right_to_change() {
    for (abi, ..) in news() {
        let handled = request(abi, false).fs;
        let granted = granted(PathAccess::ReadOnly, true, handled);
        assert_eq!(granted & AccessFs::from_write(abi), BitFlags::EMPTY, "ABI {abi}");
        assert_eq!(granted, AccessFs::from_read(abi), "ABI {abi}");
    }
}

#[test]
fn writable_places_keep_every_right_to_files_and_with_it_moves_between_directories() {
    for (abi, ..) in news() {
        let handled = request(abi, false).fs;
        let taken = handled & !granted(PathAccess::ReadWrite, true, handled);
        assert_eq!(taken, handled & AccessFs::IoctlDev, "ABI {abi}");
    }
    assert!(request(ABI::V2, false).fs.contains(AccessFs::Refer));
}

#[test]
fn devices_can_be_used_but_not_made() {
    let devices = granted(PathAccess::Device, true, request(NEWEST, false).fs);
    assert!(devices.contains(AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev));
    assert!(!devices.intersects(
        AccessFs::MakeChar | AccessFs::MakeReg | AccessFs::RemoveFile | AccessFs::Execute
    ));
}

/// `landlock_add_rule(2)` answers `EINVAL` to a directory's right on a file.
#[test]
fn a_file_gets_no_right_of_a_directory() {
    for (abi, ..) in news() {
        for access in [PathAccess::ReadOnly, PathAccess::ReadWrite, PathAccess::Device] {
            let granted = granted(access, false, request(abi, false).fs);
            assert_eq!(granted & AccessFs::from_file(abi), granted, "ABI {abi}");
        }
    }
}
