"""Words for documents that people fill in."""

FIRST = "Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karin Louis Maria Nadia Omar Paul Ruth Samir Tanja Viktor".split()
LAST = (
    "Ahmed Becker Costa Dubois Evans Fischer Garcia Huber Ito Jansen Kowalski Lopez Moreau Nguyen Okafor Petit Rossi "
    "Schmidt Tanaka Weber").split()
CITIES = (
    "Lyon Bremen Nantes Graz Porto Ghent Leeds Turin Basel Malmö Evran Aarau Kassel Dijon Cork Trier Essen Rennes Bologna "
    "Utrecht").split()
STREETS = [
    "rue du Moulin", "Hauptstraße", "Mill Lane", "Via Roma", "Bahnhofstr.", "avenue Foch", "High Street", "Gartenweg",
    "Church Road", "rue de la Gare"]
FIRMS = ["Compo Group", "Service Clients", "Nordbank", "City Savings", "Stadtwerke", "Lloyd & Sons", "Banque du Sud", "Atlas Ltd"]
SUBJECTS = "Algebra Biology Chemie Dessin English Physik Geography History Kunst Musik".split()
GOODS = "Milch Brot bread apples Käse vis thé Reis nails flour Holz sugar oil Seife paint".split()
TEXT = (
    "the of and to in a is that it was for on are with as be at one have this from or had by but some what there we can out "
    "other were all your when up use word how said an each she which do their time if will way about many then them would "
    "write like so these her long make thing see him two has look more day could go come did my sound no most number who "
    "over know water than call first people may down side been now find any new work part take get place made live where "
    "after back little only round man year came show every good me give our under name very through just form much great "
    "think say help low line before turn cause same mean differ move right boy old too does tell sentence set three want "
    "air well also play small end put home read hand port large spell add even land here must big high such follow act why "
    "council minister market report station summer record price river season village library museum railway orchestra").split()
