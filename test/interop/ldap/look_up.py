"""Looks a Spine system up with ldap3, as the MHS adaptor and the national SDS API do: schema first, then two searches."""
import ssl
import sys

import ldap3

port, ca, interaction = int(sys.argv[1]), sys.argv[2], sys.argv[3]
tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca)
server = ldap3.Server("localhost", port=port, use_ssl=True, tls=tls, get_info=ldap3.ALL)
connection = ldap3.Connection(server, auto_bind=True)
assert server.schema is not None and "nhsMhs" in server.schema.object_classes
connection.search(
    "ou=services,o=nhs", f"(&(nhsIDCode=YES) (objectClass=nhsAs) (nhsAsSvcIA={interaction}))",
    attributes=["nhsMHSPartyKey", "uniqueIdentifier"],
)
party_key = connection.entries[0]["nhsMHSPartyKey"].value
connection.search(
    "ou=services,o=nhs", f"(&(nhsMHSPartyKey={party_key}) (objectClass=nhsMhs) (nhsMhsSvcIA={interaction}))",
    attributes=["nhsMhsCPAId", "nhsMHSEndPoint", "nhsMHSPersistDuration"],
)
cpa_id = connection.entries[0]["nhsMhsCPAId"].value
pages = list(connection.extend.standard.paged_search("o=nhs", "(objectClass=*)", attributes=["1.1"], paged_size=50, generator=True))
print(party_key, cpa_id, str(len(pages) > 100).lower())
