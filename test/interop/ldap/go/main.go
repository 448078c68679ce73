// Looks a Spine system up with go-ldap.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"os"

	"github.com/go-ldap/ldap/v3"
)

func main() {
	port, caPath, interaction := os.Args[1], os.Args[2], os.Args[3]
	pem, err := os.ReadFile(caPath)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	connection, err := ldap.DialURL("ldaps://localhost:"+port, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots}))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	if err := connection.UnauthenticatedBind(""); err != nil {
		log.Fatal(err)
	}
	filter := fmt.Sprintf("(&(nhsIDCode=YES)(objectClass=nhsMhs)(nhsMhsSvcIA=%s))", ldap.EscapeFilter(interaction))
	request := ldap.NewSearchRequest("ou=services,o=nhs", ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, nil, nil)
	found, err := connection.Search(request)
	if err != nil {
		log.Fatal(err)
	}
	everything := ldap.NewSearchRequest("o=nhs", ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"1.1"}, nil)
	all, err := connection.SearchWithPaging(everything, 50)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Entries[0].GetAttributeValue("nhsMHSPartyKey"), found.Entries[0].GetAttributeValue("nhsMhsCPAId"), len(all.Entries) > 100)
}
