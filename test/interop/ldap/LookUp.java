import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.Control;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.PagedResultsControl;
import javax.naming.ldap.PagedResultsResponseControl;

/** Looks a Spine system up with JNDI. The trust store is given on the command line. */
public class LookUp {
  public static void main(String[] arguments) throws Exception {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
    environment.put(Context.PROVIDER_URL, "ldaps://localhost:" + arguments[0]);
    InitialLdapContext context = new InitialLdapContext(environment, null);
    SearchControls controls = new SearchControls();
    controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
    NamingEnumeration<SearchResult> found =
        context.search("ou=services,o=nhs", "(&(nhsIDCode=YES)(objectClass=nhsMhs)(nhsMhsSvcIA={0}))", new Object[] {arguments[1]}, controls);
    SearchResult system = found.next();
    int entries = 0;
    byte[] cookie = null;
    do {
      context.setRequestControls(new Control[] {new PagedResultsControl(50, cookie, Control.NONCRITICAL)});
      NamingEnumeration<SearchResult> page = context.search("o=nhs", "(objectClass=*)", controls);
      while (page.hasMore()) {
        page.next();
        entries++;
      }
      cookie = null;
      Control[] answered = context.getResponseControls();
      if (answered != null) for (Control each : answered) if (each instanceof PagedResultsResponseControl paged) cookie = paged.getCookie();
    } while (cookie != null);
    System.out.println(system.getAttributes().get("nhsMHSPartyKey").get() + " " + system.getAttributes().get("nhsMhsCPAId").get() + " " + (entries > 100));
    context.close();
  }
}
