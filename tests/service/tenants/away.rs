//! The folder of the tenants' files goes for a while, as a volume does that is not mounted; and it is emptied.

use std::fs;

use serde_json::json;

use crate::{
    process::printed,
    tenants::{
        brands::{AIRLINE, Brands, SHOP, got, keyed, readiness, wait_for_a_look},
        operator::{GARDEN, all_ready, fares, files, put, removed, start},
    },
};

#[test]
fn who_is_served_stays_while_the_folder_is_away() {
    let brands = Brands::two();
    let service = start(&brands);
    let url = &service.url;
    let file = brands.file(SHOP);
    let (folder, away) = (file.parent().unwrap(), brands.beside("away"));
    fs::rename(folder, &away).unwrap();
    for is_there in [false, true] {
        if is_there {
            fs::create_dir(folder).unwrap();
        }
        // Each is a look, too.
        for reply in [
            put(url, GARDEN, &keyed(GARDEN)),
            removed(url, SHOP),
            put(url, SHOP, &keyed(SHOP)),
        ] {
            assert_eq!(
                (reply.status, &reply.json()["code"]),
                (503, &json!("tenants_away"))
            );
        }
        assert_eq!(folder.exists(), is_there, "a folder was made");
        assert_eq!(fares(url), all_ready(&[AIRLINE, SHOP]));
        assert_eq!(got(url, SHOP, "/v1/rejections").status, 200);
    }
    assert!(files(&brands).is_empty());
    fs::remove_dir(folder).unwrap();
    fs::rename(&away, folder).unwrap();
    assert_eq!(put(url, GARDEN, &keyed(GARDEN)).status, 201);
    assert_eq!(fares(url), all_ready(&[AIRLINE, GARDEN, SHOP]));
    let log = service.stop();
    let told = log
        .lines()
        .filter(|line| line.contains("who is served stays"))
        .count();
    assert_eq!(told, 1, "{log}");
}

#[test]
fn the_last_tenant_goes_by_either_way() {
    let brands = Brands::of(&[(SHOP, &keyed(SHOP))]);
    let service = start(&brands);
    let url = &service.url;
    let nobody = json!({"status": "ready", "tenants": 0, "ready": 0});
    assert_eq!(removed(url, SHOP).status, 204);
    assert_eq!(readiness(url).fine(), nobody);
    assert_eq!(put(url, SHOP, &keyed(SHOP)).status, 201);
    printed(brands.command(&["tenant", "remove", SHOP]), b"");
    wait_for_a_look("the last tenant to be gone", || {
        (readiness(url).json() == nobody).then_some(())
    });
    assert_eq!(got(url, SHOP, "/readyz").status, 404);
    service.stop();
}
