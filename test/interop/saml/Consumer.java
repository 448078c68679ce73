import java.io.FileInputStream;
import org.opensaml.DefaultBootstrap;
import org.opensaml.saml1.core.Assertion;
import org.opensaml.saml1.core.Attribute;
import org.opensaml.saml1.core.AttributeStatement;
import org.opensaml.saml1.core.Conditions;
import org.opensaml.saml1.core.Response;
import org.opensaml.xml.Configuration;
import org.opensaml.xml.XMLObject;
import org.opensaml.xml.parse.BasicParserPool;
import org.w3c.dom.Element;

/** Reads a SAML 1.1 response with OpenSAML and prints what a relying party takes from it, a line each. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    DefaultBootstrap.bootstrap();
    BasicParserPool pool = new BasicParserPool();
    pool.setNamespaceAware(true);
    Element root = pool.parse(new FileInputStream(arguments[0])).getDocumentElement();
    Response response = (Response) Configuration.getUnmarshallerFactory().getUnmarshaller(root).unmarshall(root);
    System.out.println("status " + response.getStatus().getStatusCode().getValue().getLocalPart());
    for (Assertion assertion : response.getAssertions()) {
      System.out.println("version " + assertion.getMajorVersion() + "." + assertion.getMinorVersion());
      Conditions conditions = assertion.getConditions();
      System.out.println("in-force " + (conditions.getNotBefore().isBeforeNow() && conditions.getNotOnOrAfter().isAfterNow()));
      for (AttributeStatement statement : assertion.getAttributeStatements()) {
        System.out.println("subject " + statement.getSubject().getNameIdentifier().getNameIdentifier());
        for (Attribute attribute : statement.getAttributes())
          for (XMLObject value : attribute.getAttributeValues())
            System.out.println(attribute.getAttributeName() + " " + value.getDOM().getTextContent());
      }
    }
  }
}
